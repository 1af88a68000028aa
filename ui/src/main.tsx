/** The pages begin here: theme, queries, who looks, and the frame around every place. */
import "@mantine/core/styles.css";
import "./styles.css";
import { createTheme, MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Refused } from "./api/client";
import { Session } from "./api/session";
import { SignIn } from "./pages/sign-in";
import { Shell } from "./shell";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
const theme = createTheme({
	primaryColor: "indigo",
	primaryShade: { light: 8, dark: 7 },
	autoContrast: true,
	defaultRadius: "sm",
	fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
});
const queries = new QueryClient({
	defaultOptions: {
		queries: {
			staleTime: 2_000,
			// Once, soon: what the server could not answer then is asked for again and again by `useTrouble`.
			retry: (times, problem) =>
				!(problem instanceof Refused && problem.status >= 400 && problem.status < 500) && times < 1,
		},
	},
});

const root = document.getElementById("root");
if (root)
	createRoot(root).render(
		<StrictMode>
			<MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
				<QueryClientProvider client={queries}>
					<Session gate={(ended) => <SignIn ended={ended} />}>
						<Shell />
					</Session>
				</QueryClientProvider>
			</MantineProvider>
		</StrictMode>,
	);
