/** What stands in place of a page that cannot be shown: an error on one page leaves the others, and the way to them, as they are. */
import { Alert, Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Component, type ReactNode } from "react";

export class Mishap extends Component<{ children: ReactNode; place: string }, { problem?: Error }> {
	override state: { problem?: Error } = {};

	static getDerivedStateFromError(problem: Error) {
		return { problem };
	}

	override componentDidUpdate(before: { place: string }) {
		if (this.state.problem && before.place !== this.props.place) this.setState({ problem: undefined });
	}

	override render() {
		const { problem } = this.state;
		if (problem === undefined) return this.props.children;
		return (
			<Alert color="red" variant="light" role="alert" title="This page cannot be shown" m="md">
				<p className="mono">{problem.message}</p>
				<Again show={() => this.setState({ problem: undefined })} />
			</Alert>
		);
	}
}

function Again({ show }: { show: () => void }) {
	const queries = useQueryClient();
	const again = () => {
		// What it was made of is forgotten: with the same answers it would fail in the same way.
		queries.removeQueries({ type: "inactive" });
		show();
	};
	return (
		<Button size="xs" variant="default" onClick={again}>
			Show it again
		</Button>
	);
}
