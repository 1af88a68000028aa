import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Of the API's description the schemas that one of them is made of: `openapi.json?of=NewAutomation`. */
const schemas: Plugin = {
	name: "schemas",
	enforce: "pre",
	transform(code, id) {
		const root = id.match(/openapi\.json\?of=(\w+)$/)?.[1];
		if (root === undefined) return;
		const all = JSON.parse(code).components.schemas as Record<string, unknown>;
		const found: Record<string, unknown> = {};
		const take = (name: string): void => {
			if (name in found) return;
			found[name] = all[name];
			for (const [, next = ""] of JSON.stringify(all[name]).matchAll(/"#\/components\/schemas\/(\w+)"/g)) take(next);
		};
		take(root);
		return { code: `export default ${JSON.stringify(found)}`, map: null };
	},
};

// The server shows the document at every address of the pages, so what it is made of is named from the root.
export default defineConfig({
	base: "/ui/",
	plugins: [schemas, react()],
	build: { outDir: "../src/segue/server/ui", emptyOutDir: true, assetsDir: "parts", assetsInlineLimit: 0 },
	server: { proxy: { "/api": "http://127.0.0.1:4200" }, fs: { allow: [".."] } },
});
