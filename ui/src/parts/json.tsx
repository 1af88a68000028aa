/** A value as JSON, for people who read it. */
export function Json({ of }: { of: unknown }) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
		<pre className="trace" tabIndex={0}>
			{JSON.stringify(of, null, 2)}
		</pre>
	);
}
