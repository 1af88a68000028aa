/** What pages are made of: a head, cards, facts, tabs by address. */
import { Anchor, Group, Paper, Text, Title } from "@mantine/core";
import { type HTMLAttributes, type ReactNode, useEffect } from "react";
import { Link } from "./router";

export function Page({
	title,
	above,
	beside,
	children,
	name,
}: {
	title: ReactNode;
	/** What the browser's tab says. */
	name: string;
	above?: ReactNode;
	beside?: ReactNode;
	children: ReactNode;
}) {
	useEffect(() => {
		document.title = `${name} · Segue`;
	}, [name]);
	return (
		<>
			<header className="head">
				<div className="head-words">
					{above}
					<Title order={1} size="h2">
						{title}
					</Title>
				</div>
				<Group gap="xs">{beside}</Group>
			</header>
			{children}
		</>
	);
}

export function Card({
	title,
	beside,
	children,
	flush = false,
	more,
}: {
	title?: ReactNode;
	beside?: ReactNode;
	children: ReactNode;
	flush?: boolean;
	/** What else its element has. */
	more?: HTMLAttributes<HTMLElement>;
}) {
	return (
		<Paper withBorder radius="md" className={flush ? "card flush" : "card"} component="section" {...more}>
			{title ? (
				<div className="card-head">
					<Title order={2} size="h5">
						{title}
					</Title>
					<Group gap="xs">{beside}</Group>
				</div>
			) : null}
			{children}
		</Paper>
	);
}

export function Facts({ of }: { of: [string, ReactNode][] }) {
	return (
		<dl className="facts">
			{of.map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd>{value}</dd>
				</div>
			))}
		</dl>
	);
}

export function Go({ to, children, title }: { to: string; children: ReactNode; title?: string }) {
	return (
		<Anchor component={Link} to={to} title={title} className="go">
			{children}
		</Anchor>
	);
}

export function Dim({ children }: { children: ReactNode }) {
	return (
		<Text size="sm" c="dimmed" component="span">
			{children}
		</Text>
	);
}

export function Tags({ of }: { of: string[] | undefined }) {
	return (
		<>
			{(of ?? []).map((tag) => (
				<span key={tag} className="tag">
					{tag}
				</span>
			))}
		</>
	);
}
