/** Lists of what there is beside runs: flows, artifacts, variables, limits. */
import { Button, Group, JsonInput, Modal, NumberInput, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { post, read, remove, type Schemas } from "../api/client";
import { useMay } from "../api/session";
import { ArtifactBody } from "../parts/artifact";
import { Bars } from "../parts/chart";
import { Empty, Shown } from "../parts/conditions";
import { attempt, Deed } from "../parts/deeds";
import { Card, Dim, Facts, Go, Page, Tags } from "../parts/frame";
import { useFilters } from "../parts/router";
import { RunRows } from "../parts/run-rows";
import { readJson, Unread } from "../parts/schema-form";
import { KINDS } from "../parts/states";
import { Moment } from "../parts/time";
import { count, duration, many, percent } from "../parts/words";
import { FIRST_FLOW, since } from "./overview";

/** A field that filters a list by name, in the address. */
export function Named({ hint }: { hint: string }) {
	const [filters, change] = useFilters();
	return (
		<search className="filters">
			<TextInput
				size="xs"
				w={280}
				label="Name"
				placeholder={hint}
				value={filters.get("name") ?? ""}
				onChange={(e) => change({ name: e.currentTarget.value })}
			/>
		</search>
	);
}

export function useNamed(): string | undefined {
	const [filters] = useFilters();
	return filters.get("name")?.trim() || undefined;
}

export function Rows({ heads, children }: { heads: string[]; children: ReactNode }) {
	return (
		<div className="scroll">
			<table className="rows">
				<thead>
					<tr>
						{heads.map((head) => (
							<th key={head}>{head}</th>
						))}
					</tr>
				</thead>
				<tbody>{children}</tbody>
			</table>
		</div>
	);
}

export function Flows() {
	const name_like = useNamed();
	const flows = useQuery({
		queryKey: ["flows", "list", name_like],
		queryFn: () => post("/flows/list", { name_like, sort: "name", limit: 200 }),
		placeholderData: keepPreviousData,
	});
	return (
		<Page title="Flows" name="Flows">
			<Named hint="load" />
			<Card flush>
				<Shown of={flows}>
					{(data) =>
						data.items.length === 0 ? (
							<Empty
								title={name_like ? "No flow is called so" : "No flow has run yet"}
								step={name_like ? undefined : FIRST_FLOW}
							/>
						) : (
							<Rows heads={["Flow", "Last run", "Tags", "First seen"]}>
								{data.items.map((flow) => (
									<tr key={flow.id}>
										<td>
											<Go to={`/flows/${flow.id}`}>{flow.name}</Go>
										</td>
										<td className="wide">
											<LastRun flow={flow.id} />
										</td>
										<td>
											<Tags of={flow.tags} />
										</td>
										<td>
											<Moment at={flow.created} />
										</td>
									</tr>
								))}
							</Rows>
						)
					}
				</Shown>
			</Card>
		</Page>
	);
}

function LastRun({ flow }: { flow: string }) {
	const runs = useQuery({
		queryKey: ["flow-runs", "last-of", flow],
		queryFn: () => post("/flow-runs/list", { where: { flow_ids: [flow] }, limit: 1 }),
	});
	const run = runs.data?.items[0];
	return run ? (
		<>
			<span className={`state state-${run.state.type.toLowerCase()}`}>{run.state.name}</span>{" "}
			<Go to={`/flow-runs/${run.id}`}>{run.name}</Go>{" "}
			<Dim>
				<Moment at={run.created} />
			</Dim>
		</>
	) : null;
}

export function Flow({ id }: { id: string }) {
	const flow = useQuery({ queryKey: ["flows", "one", id], queryFn: () => read("/flows/{id}", { id }) });
	const history = useQuery({
		queryKey: ["flow-runs", "flow-history", id],
		queryFn: () => post("/flow-runs/history", { where: { flow_ids: [id] }, from: since("7d") }),
	});
	const failed = useQuery({
		queryKey: ["flow-runs", "flow-failed", id],
		queryFn: () => post("/flow-runs/list", { where: { flow_ids: [id], state_types: ["FAILED", "CRASHED"] }, limit: 5 }),
	});
	const runs = useQuery({
		queryKey: ["flow-runs", "flow-runs", id],
		queryFn: () => post("/flow-runs/list", { where: { flow_ids: [id] }, limit: 20 }),
	});
	return (
		<Shown of={flow}>
			{(data) => (
				<Page
					title={data.name}
					name={data.name}
					above={<Go to="/flows">Flows</Go>}
					beside={<Go to={`/flow-runs?flow=${encodeURIComponent(data.name)}`}>All its runs</Go>}
				>
					<div className="stack">
						<Card title="Runs of the last seven days">
							<Shown of={history} rows={1} height={200}>
								{(told) => {
									const sums: Record<string, number> = {};
									for (const part of told.items)
										for (const [kind, number] of Object.entries(part.states ?? {}))
											sums[kind] = (sums[kind] ?? 0) + number;
									const bad = (sums.FAILED ?? 0) + (sums.CRASHED ?? 0);
									return (
										<>
											<Facts
												of={[
													["Runs", count(told.total)],
													["Success rate", percent(sums.COMPLETED ?? 0, (sums.COMPLETED ?? 0) + bad)],
													["Typical duration", duration(told.durations?.p50)],
													["95 of 100 within", duration(told.durations?.p95)],
													["Longest", duration(told.durations?.longest)],
												]}
											/>
											<Bars
												label={`Runs of ${data.name} over time`}
												kinds={KINDS}
												bars={told.items.map((part) => ({
													start: part.start,
													parts: part.states ?? {},
													note: part.average ? `${duration(part.average)} on average` : undefined,
												}))}
											/>
										</>
									);
								}}
							</Shown>
						</Card>
						<Card title="Last failures" flush>
							<Shown of={failed} rows={2}>
								{(told) =>
									told.items.length ? <RunRows runs={told.items} brief /> : <Empty title="It never failed" />
								}
							</Shown>
						</Card>
						<Card title="Last runs" flush>
							<Shown of={runs}>{(told) => <RunRows runs={told.items} brief />}</Shown>
						</Card>
					</div>
				</Page>
			)}
		</Shown>
	);
}

export function Artifacts() {
	const key_like = useNamed();
	const artifacts = useQuery({
		queryKey: ["artifacts", "list", key_like],
		queryFn: () => post("/artifacts/list", { key_like, latest: true, limit: 100 }),
		placeholderData: keepPreviousData,
	});
	return (
		<Page title="Artifacts" name="Artifacts">
			<Named hint="report" />
			<Card flush>
				<Shown of={artifacts}>
					{(data) =>
						data.items.length === 0 ? (
							<Empty
								title="No artifact"
								step={
									'from segue.artifacts import create_table_artifact\n\ncreate_table_artifact([{"region": "north", "rows": 65536}], key="rows")'
								}
							>
								Flows leave tables, pages, links, pictures and progress here.
							</Empty>
						) : (
							<Rows heads={["Artifact", "Type", "Description", "Last change"]}>
								{data.items.map((each) => (
									<tr key={each.id}>
										<td>
											<Go to={`/artifacts/${each.id}`}>{each.key ?? "without a key"}</Go>
										</td>
										<td>{each.type}</td>
										<td className="wide">
											<span className="message">{each.description}</span>
										</td>
										<td>
											<Moment at={each.updated} />
										</td>
									</tr>
								))}
							</Rows>
						)
					}
				</Shown>
			</Card>
		</Page>
	);
}

export function Artifact({ id }: { id: string }) {
	const artifact = useQuery({ queryKey: ["artifacts", "one", id], queryFn: () => read("/artifacts/{id}", { id }) });
	const key = artifact.data?.key;
	const versions = useQuery({
		queryKey: ["artifacts", "versions", key],
		queryFn: () => post("/artifacts/list", { keys: [key ?? ""], limit: 50 }),
		enabled: Boolean(key),
	});
	return (
		<Shown of={artifact}>
			{(data) => (
				<Page title={data.key ?? data.type} name={data.key ?? data.type} above={<Go to="/artifacts">Artifacts</Go>}>
					<div className="stack">
						<Card>
							<ArtifactBody of={data} />
						</Card>
						<Card>
							<Facts
								of={[
									["Type", data.type],
									["Description", data.description ?? "–"],
									["Last change", <Moment key="m" at={data.updated} />],
									[
										"Left by",
										data.flow_run_id ? (
											<Go key="r" to={`/flow-runs/${data.flow_run_id}`}>
												a flow run
											</Go>
										) : (
											"–"
										),
									],
								]}
							/>
						</Card>
						{versions.data && versions.data.items.length > 1 ? (
							<Card title={many(versions.data.items.length, "version")} flush>
								<Rows heads={["Made", "Run"]}>
									{versions.data.items.map((each) => (
										<tr key={each.id}>
											<td>
												<Go to={`/artifacts/${each.id}`}>
													<Moment at={each.created} />
												</Go>
												{each.id === id ? " (this one)" : ""}
											</td>
											<td>{each.flow_run_id ? <Go to={`/flow-runs/${each.flow_run_id}`}>its run</Go> : "–"}</td>
										</tr>
									))}
								</Rows>
							</Card>
						) : null}
					</div>
				</Page>
			)}
		</Shown>
	);
}

export function Variables() {
	const name_like = useNamed();
	const may = useMay("edit");
	const queries = useQueryClient();
	const [edited, setEdited] = useState<{ name: string; value: string; fresh: boolean } | null>(null);
	const variables = useQuery({
		queryKey: ["variables", name_like],
		queryFn: () => post("/variables/list", { name_like, sort: "name", limit: 200 }),
		placeholderData: keepPreviousData,
	});
	const again = () => void queries.invalidateQueries({ queryKey: ["variables"] });
	const save = () =>
		attempt(async () => {
			const value = readJson(edited?.value ?? "");
			// A word that is no JSON is text, as on the command line.
			await post("/variables", {
				name: edited?.name ?? "",
				value: value instanceof Unread ? value.text : (value ?? ""),
				overwrite: !edited?.fresh,
			});
			setEdited(null);
			again();
			return `${edited?.name} was set.`;
		});
	return (
		<Page
			title="Variables"
			name="Variables"
			beside={
				<Button size="xs" disabled={!may} onClick={() => setEdited({ name: "", value: "", fresh: true })}>
					New variable
				</Button>
			}
		>
			<Named hint="region" />
			<Card flush>
				<Shown of={variables}>
					{(data) =>
						data.items.length === 0 ? (
							<Empty title="No variable" step="segue variable set region north">
								Small values that flows read with <code>Variable.get("region")</code>.
							</Empty>
						) : (
							<Rows heads={["Name", "Value", "Tags", "Changed", "Deeds"]}>
								{data.items.map((each) => (
									<tr key={each.id}>
										<td className="mono">{each.name}</td>
										<td className="wide">
											<span className="cut mono">{JSON.stringify(each.value)}</span>
										</td>
										<td>
											<Tags of={each.tags} />
										</td>
										<td>
											<Moment at={each.updated} />
										</td>
										<td>
											<Group gap={6} wrap="nowrap">
												<Button
													size="xs"
													variant="default"
													disabled={!may}
													aria-label={`Change ${each.name}`}
													onClick={() =>
														setEdited({ name: each.name, value: JSON.stringify(each.value, null, 2), fresh: false })
													}
												>
													Change
												</Button>
												<Deed
													label="Delete"
													title={`Delete ${each.name}?`}
													danger
													disabled={!may}
													act={async () => {
														await remove("/variables/{name}", { name: each.name });
														again();
														return `${each.name} was deleted.`;
													}}
												>
													Flows that read it get their default.
												</Deed>
											</Group>
										</td>
									</tr>
								))}
							</Rows>
						)
					}
				</Shown>
			</Card>
			<Modal
				opened={edited !== null}
				onClose={() => setEdited(null)}
				title={edited?.fresh ? "New variable" : edited?.name}
				closeButtonProps={{ "aria-label": "Close" }}
			>
				<form
					onSubmit={(event) => {
						event.preventDefault();
						void save();
					}}
				>
					{edited?.fresh ? (
						<TextInput
							label="Name"
							required
							value={edited.name}
							onChange={(e) => setEdited({ ...edited, name: e.currentTarget.value })}
						/>
					) : null}
					<JsonInput
						label="Value"
						description="JSON; what is none is text"
						autosize
						minRows={3}
						mt="sm"
						value={edited?.value ?? ""}
						onChange={(value) => edited && setEdited({ ...edited, value })}
					/>
					<Group justify="flex-end" mt="md">
						<Button type="submit">Save</Button>
					</Group>
				</form>
			</Modal>
		</Page>
	);
}

export function Limits() {
	const may = useMay("edit");
	const queries = useQueryClient();
	const [name, setName] = useState("");
	const [most, setMost] = useState<number>(1);
	const limits = useQuery({
		queryKey: ["limits"],
		queryFn: () => post("/concurrency-limits/list", { sort: "name", limit: 200 }),
		refetchInterval: 2000,
	});
	const again = () => void queries.invalidateQueries({ queryKey: ["limits"] });
	return (
		<Page title="Limits" name="Limits">
			<form
				className="filters"
				onSubmit={(event) => {
					event.preventDefault();
					void attempt(async () => {
						await post("/concurrency-limits", { name, limit: most });
						setName("");
						again();
						return `${name} lets ${most} at once.`;
					});
				}}
			>
				<TextInput
					size="xs"
					label="New limit"
					placeholder="database, or tag:nightly"
					required
					value={name}
					onChange={(e) => setName(e.currentTarget.value)}
				/>
				<NumberInput size="xs" label="Slots" w={90} min={0} value={most} onChange={(value) => setMost(Number(value))} />
				<Button size="xs" type="submit" disabled={!may}>
					Make
				</Button>
			</form>
			<Card flush>
				<Shown of={limits}>
					{(data) =>
						data.items.length === 0 ? (
							<Empty title="No limit" step="segue global-concurrency-limit create database --limit 5">
								So many tasks, flows or blocks of code at once, and no more.
							</Empty>
						) : (
							<Rows heads={["Limit", "Slots taken", "Holders", "Waiting", "Deeds"]}>
								{data.items.map((each) => (
									<tr key={each.id}>
										<td>
											{each.name} {each.active === false ? <Dim>(off)</Dim> : null}
										</td>
										<td style={{ minWidth: 180 }}>
											<span className="number">
												{count(each.active_slots ?? 0)} of {count(each.limit)}
											</span>
											<div className="gauge">
												<div
													style={{
														width: `${Math.min(100, (100 * (each.active_slots ?? 0)) / Math.max(1, each.limit))}%`,
													}}
												/>
											</div>
										</td>
										<td className="wide">
											<Claims of={each.holders} none="Nobody" />
										</td>
										<td>
											<Claims of={each.waiters} none="Nobody" />
										</td>
										<td>
											<Deed
												label="Delete"
												title={`Delete the limit ${each.name}?`}
												danger
												disabled={!may}
												act={async () => {
													await remove("/concurrency-limits/{name}", { name: each.name });
													again();
													return `${each.name} was deleted.`;
												}}
											>
												What waits for it goes on at once.
											</Deed>
										</td>
									</tr>
								))}
							</Rows>
						)
					}
				</Shown>
			</Card>
		</Page>
	);
}

function Claims({ of, none }: { of: Schemas["SlotClaim"][] | undefined; none: string }) {
	if (!of?.length) return <Dim>{none}</Dim>;
	return (
		<>
			{of.slice(0, 4).map((claim) => (
				<div key={claim.id}>
					{claim.holder?.type === "flow-run" || claim.holder?.type === "task-run" ? (
						<Go to={`/${claim.holder.type}s/${claim.holder.id}`}>{claim.holder.name ?? claim.holder.id}</Go>
					) : (
						(claim.holder?.name ?? claim.id)
					)}{" "}
					<Dim>
						<Moment at={claim.asked} />
					</Dim>
				</div>
			))}
			{of.length > 4 ? <Dim>and {of.length - 4} more</Dim> : null}
		</>
	);
}
