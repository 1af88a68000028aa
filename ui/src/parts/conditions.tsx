/** What a list or a page shows when it has nothing to show: still waiting, nothing there, or something wrong. */
import { Alert, Button, Code, CopyButton, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Refused } from "../api/client";

/** Rows as high as those that will come, so that nothing shifts. */
export function Waiting({ rows = 5, height = 44 }: { rows?: number; height?: number }) {
	return (
		<Stack gap={8} aria-busy="true" role="status" aria-label="Loading">
			{Array.from({ length: rows }, (_, row) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never move
				<Skeleton key={row} height={height} radius="sm" />
			))}
		</Stack>
	);
}

export function Wrong({ error, again }: { error: unknown; again?: () => void }) {
	const text = error instanceof Error ? error.message : String(error);
	const title = error instanceof Refused && error.status === 403 ? "You may not see this" : "This could not be shown";
	return (
		<Alert color="red" title={title} role="alert" variant="light">
			<Text size="sm">{text}</Text>
			{again ? (
				<Button mt="sm" size="xs" variant="default" onClick={again}>
					Try again
				</Button>
			) : null}
		</Alert>
	);
}

export function Copyable({ text, label = "Copy" }: { text: string; label?: string }) {
	return (
		<div className="copyable">
			<Code block>{text}</Code>
			<CopyButton value={text}>
				{({ copied, copy }) => (
					<Button size="compact-xs" variant="default" onClick={copy} aria-label={`${label}: ${text.slice(0, 60)}`}>
						{copied ? "Copied" : label}
					</Button>
				)}
			</CopyButton>
		</div>
	);
}

/** Nothing there: what would be, and the first step towards it. */
export function Empty({ title, children, step }: { title: string; children?: ReactNode; step?: string }) {
	return (
		<div className="empty">
			<Title order={3} size="h4">
				{title}
			</Title>
			{children ? (
				<Text c="dimmed" size="sm" component="div">
					{children}
				</Text>
			) : null}
			{step ? <Copyable text={step} /> : null}
		</div>
	);
}

/** A query in whichever condition it is. */
export function Shown<T>({
	of,
	rows,
	height,
	children,
}: {
	of: UseQueryResult<T>;
	rows?: number;
	height?: number;
	children: (data: T) => ReactNode;
}) {
	if (of.data !== undefined) return children(of.data);
	if (of.isError) return <Wrong error={of.error} again={() => void of.refetch()} />;
	return <Waiting rows={rows} height={height} />;
}
