/** Limits: who holds slots, and who waits for them. */
import { Button, NumberInput, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post, remove, type Schemas } from "../api/client";
import { useMay } from "../api/session";
import { Empty, Shown } from "../parts/conditions";
import { attempt, Deed } from "../parts/deeds";
import { Card, Dim, Go, Page } from "../parts/frame";
import { DEEDS, Rows } from "../parts/rows";
import { Moment } from "../parts/time";
import { count } from "../parts/words";

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
			{may ? (
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
					<NumberInput
						size="xs"
						label="Slots"
						w={90}
						min={0}
						value={most}
						onChange={(value) => setMost(Number(value))}
					/>
					<Button size="xs" type="submit">
						Make
					</Button>
				</form>
			) : null}
			<Card flush>
				<Shown of={limits}>
					{(data) =>
						data.items.length === 0 ? (
							<Empty title="No limit" step="segue global-concurrency-limit create database --limit 5">
								So many tasks, flows or blocks of code at once, and no more.
							</Empty>
						) : (
							<Rows heads={["Limit", "Slots taken", "Holders", "Waiting", DEEDS]}>
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
											{each.slot_decay_per_second ? (
												<Dim>
													None: a rate limit, of which {each.slot_decay_per_second}{" "}
													{each.slot_decay_per_second === 1 ? "slot comes" : "slots come"} free each second
												</Dim>
											) : (
												<Claims of={each.holders} none="Nobody" />
											)}
										</td>
										<td>
											<Claims of={each.waiters} none="Nobody" />
										</td>
										<td>
											<Deed
												label="Delete"
												title={`Delete the limit ${each.name}?`}
												danger
												may={may}
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
