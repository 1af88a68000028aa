/** The schedules of a deployment: what each says, when it fires next, and whether it rests. */
import { Button, Group } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Deployment, patch, read, remove, type Schedule } from "../api/client";
import { useMay } from "../api/session";
import { Empty, Shown } from "../parts/conditions";
import { attempt, Deed, Toggle } from "../parts/deeds";
import { Dim } from "../parts/frame";
import { Rows } from "../parts/rows";
import { called, spelled, zoneOf } from "../parts/rules";
import { exact, when, ZONE } from "../parts/words";
import { useSchedules } from "./firings";
import { ScheduleCalendar } from "./schedule-calendar";
import { ScheduleForm } from "./schedule-form";

export function Schedules({ deployment }: { deployment: Deployment }) {
	const queries = useQueryClient();
	const schedules = useSchedules(deployment.id);
	const again = () =>
		Promise.all([
			queries.invalidateQueries({ queryKey: ["deployments"] }),
			queries.invalidateQueries({ queryKey: ["flow-runs"] }),
		]);
	const may = useMay("edit");
	const [edited, setEdited] = useState<Schedule | "new" | null>(null);
	return (
		<>
			<Shown of={schedules} rows={2}>
				{(data) =>
					data.items.length === 0 ? (
						<Empty
							title="No schedule"
							step={`segue deployment schedule create '${deployment.flow_name}/${deployment.name}' --cron '0 9 * * *'`}
						>
							It runs when somebody asks for it.
						</Empty>
					) : (
						<Rows heads={["Schedule", "Zone", `Fires next (${ZONE})`, "Active", "Actions"]}>
							{data.items.map((each) => (
								<Row key={each.id} schedule={each} deployment={deployment} again={again} edit={() => setEdited(each)} />
							))}
						</Rows>
					)
				}
			</Shown>
			{may ? (
				<Button size="xs" variant="default" my="md" onClick={() => setEdited("new")}>
					New schedule
				</Button>
			) : null}
			{schedules.data?.items.length ? (
				<ScheduleCalendar deployment={deployment} schedules={schedules.data.items} />
			) : null}
			<ScheduleForm
				deployment={deployment}
				schedule={edited}
				others={schedules.data?.items ?? []}
				close={() => setEdited(null)}
			/>
		</>
	);
}

function Row({
	schedule,
	deployment,
	again,
	edit,
}: {
	schedule: Schedule;
	deployment: Deployment;
	again: () => Promise<unknown>;
	edit: () => void;
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
				<Toggle label={`Schedule ${name}`} may={may} on={schedule.active !== false} turn={(on) => void pause(on)} />
			</td>
			<td>
				<Group gap={6} wrap="nowrap" justify="flex-end">
					{may ? (
						<Button size="xs" variant="default" aria-label={`Change ${name}`} onClick={edit}>
							Change
						</Button>
					) : null}
					<Deed
						label="Delete"
						title={`Delete the schedule ${name}?`}
						danger
						why
						may={may}
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
