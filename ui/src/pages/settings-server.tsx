/** How the server does: version, what it keeps for how long, and what an examination finds. */
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { read, type Schemas } from "../api/client";
import { useMay } from "../api/session";
import { Shown, Wrong } from "../parts/conditions";
import { type Finding, loops, queues, secrets, standing, tidiness } from "../parts/doctor";
import { Card, Facts } from "../parts/frame";
import { Rows } from "../parts/rows";
import { StateBadge } from "../parts/states";
import { Moment } from "../parts/time";
import { many } from "../parts/words";

/** Milliseconds between two examinations. */
const EVERY = 10_000;

export function Server() {
	const admin = useMay("admin");
	const facts = useQuery({ queryKey: ["server"], queryFn: () => read("/server"), refetchInterval: EVERY });
	const ready = useQuery({ queryKey: ["ready"], queryFn: () => read("/ready"), refetchInterval: EVERY });
	const figures = useQuery({ queryKey: ["figures"], queryFn: () => read("/figures"), refetchInterval: EVERY });
	const tidy = useQuery({ queryKey: ["tidiness"], queryFn: () => read("/upkeep/tidiness"), refetchInterval: EVERY });
	const ring = useQuery({ queryKey: ["secret-keys"], queryFn: () => read("/secret-keys"), enabled: admin });
	return (
		<Shown of={facts}>
			{(told) => (
				<div className="stack">
					<Card>
						<Facts
							of={[
								["Segue", told.version],
								["Python", told.python],
								["Started", <Moment key="s" at={told.started} />],
								["Database", told.database === "sqlite" ? "SQLite" : "PostgreSQL"],
								["Schema", told.schema_version],
							]}
						/>
					</Card>
					<Card title="Examination" flush>
						{ready.isError ? (
							<div style={{ padding: 16 }}>
								<Wrong error={ready.error} again={() => void ready.refetch()} />
							</div>
						) : null}
						<Findings
							of={[
								...standing(told),
								...(figures.data ? queues(figures.data) : []),
								...(tidy.data ? [tidiness(tidy.data, told.retention)] : []),
								...(ring.data ? [secrets(ring.data)] : []),
								...(ready.data ? loops(ready.data) : []),
							]}
						/>
					</Card>
					<Card title="How long things are kept">
						<Kept retention={told.retention} />
					</Card>
				</div>
			)}
		</Shown>
	);
}

const LOOKS = {
	ok: { type: "COMPLETED", name: "Well" },
	warn: { type: "SCHEDULED", name: "Look" },
	fail: { type: "FAILED", name: "Bad" },
};

function Findings({ of }: { of: Finding[] }) {
	return (
		<Rows heads={["", "What", "Found"]}>
			{of.map((each) => (
				<tr key={each.what + each.found}>
					<td>
						<StateBadge state={LOOKS[each.verdict]} />
					</td>
					<td>{each.what}</td>
					<td className="wide">
						<div className="wraps">
							{each.found}
							{each.todo ? <div className="dim">{each.todo}</div> : null}
						</div>
					</td>
				</tr>
			))}
		</Rows>
	);
}

const NAMES: [keyof Schemas["Retention"], string][] = [
	["logs_days", "Log lines"],
	["events_days", "Events"],
	["task_runs_days", "Task runs"],
	["flow_runs_days", "Flow runs"],
	["artifacts_days", "Artifacts"],
];

function Kept({ retention }: { retention: Schemas["Retention"] }) {
	return (
		<>
			<Facts
				of={NAMES.map(([name, words]) => {
					const days = retention[name];
					return [words, days === null || days === undefined ? "for ever" : many(days, "day")];
				})}
			/>
			<Text size="sm" mt="md" c="dimmed">
				Changes that people made are kept for ever. Where the server is started, <code>SEGUE_RETENTION_LOGS_DAYS</code>{" "}
				and its like change this; <code>none</code> keeps a kind for ever.
			</Text>
		</>
	);
}
