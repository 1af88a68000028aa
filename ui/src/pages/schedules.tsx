/** The schedules of a deployment: what each says, when it fires next, and whether it rests. */
import { Group, Switch } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Deployment, patch, read, remove, type Schedule } from "../api/client";
import { useMay } from "../api/session";
import { Empty, Shown } from "../parts/conditions";
import { attempt, Deed } from "../parts/deeds";
import { Dim } from "../parts/frame";
import { Rows } from "../parts/rows";
import { called, spelled, zoneOf } from "../parts/rules";
import { exact, when } from "../parts/words";

export function Schedules({ deployment }: { deployment: Deployment }) {
	const queries = useQueryClient();
	const schedules = useQuery({
		queryKey: ["deployments", "schedules", deployment.id],
		queryFn: () => read("/deployments/{deployment_id}/schedules", { deployment_id: deployment.id }),
	});
	const again = () =>
		Promise.all([
			queries.invalidateQueries({ queryKey: ["deployments"] }),
			queries.invalidateQueries({ queryKey: ["flow-runs"] }),
		]);
	return (
		<Shown of={schedules} rows={2}>
			{(data) =>
				data.items.length === 0 ? (
					<Empty
						title="No schedule"
						step={`${deployment.flow_name.replaceAll("-", "_")}.serve(name="${deployment.name}", cron="0 9 * * *")`}
					>
						It runs when somebody asks for it.
					</Empty>
				) : (
					<Rows heads={["Schedule", "Zone", "Fires next", "Active", "Deeds"]}>
						{data.items.map((each) => (
							<Row key={each.id} schedule={each} deployment={deployment} again={again} />
						))}
					</Rows>
				)
			}
		</Shown>
	);
}

function Row({
	schedule,
	deployment,
	again,
}: {
	schedule: Schedule;
	deployment: Deployment;
	again: () => Promise<unknown>;
}) {
	const may = useMay("edit");
	const name = called(schedule);
	const next = useQuery({
		queryKey: ["deployments", "next", schedule.id, schedule.updated, deployment.paused],
		queryFn: () => read("/schedules/{id}/next", { id: schedule.id }, { limit: 3 }),
		refetchInterval: 30_000,
	});
	const pause = (active: boolean) =>
		attempt(async () => {
			await patch("/schedules/{id}", { active }, { id: schedule.id });
			await again();
			return active ? `${name} fires again.` : `${name} is paused.`;
		});
	return (
		<tr data-schedule={name}>
			<td className="wide two-lines">
				<span className="cut">
					<strong>{name}</strong>
				</span>
				{schedule.slug ? <span className="cut mono dim">{spelled(schedule.rule)}</span> : null}
			</td>
			<td>{zoneOf(schedule.rule)}</td>
			<td className="two-lines">
				{next.data?.items.length ? (
					next.data.items.map((at) => (
						<time key={at} dateTime={at} title={exact(at)} className="cut">
							{when(at)}
						</time>
					))
				) : (
					<Dim>{deployment.paused ? "its deployment is paused" : schedule.active === false ? "paused" : "never"}</Dim>
				)}
			</td>
			<td>
				<Switch
					size="xs"
					aria-label={`Schedule ${name}`}
					disabled={!may}
					checked={schedule.active !== false}
					onChange={(e) => void pause(e.currentTarget.checked)}
				/>
			</td>
			<td>
				<Group gap={6} wrap="nowrap" justify="flex-end">
					<Deed
						label="Delete"
						title={`Delete the schedule ${name}?`}
						danger
						why
						disabled={!may}
						confirm="Delete the schedule"
						act={async (reason) => {
							await remove("/schedules/{id}", { id: schedule.id }, reason);
							await again();
							return `${name} was deleted.`;
						}}
					>
						Its runs that nobody has begun go with it. What became of its instants so far stays on record.
					</Deed>
				</Group>
			</td>
		</tr>
	);
}
