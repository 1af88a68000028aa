/** What runs left behind: all of it, and one artifact with its versions. */
import { useQuery } from "@tanstack/react-query";
import { post, read } from "../api/client";
import { usePages } from "../api/lists";
import { ArtifactBody } from "../parts/artifact";
import { Empty, Shown } from "../parts/conditions";
import { Card, Facts, Go, Page } from "../parts/frame";
import { RunLink, useNames } from "../parts/named";
import { More, Named, Rows, useNamed } from "../parts/rows";
import { Moment } from "../parts/time";
import { many } from "../parts/words";

export function Artifacts() {
	const key_like = useNamed();
	const { found: artifacts, items } = usePages(["artifacts", "list", key_like], (after) =>
		post("/artifacts/list", { key_like, latest: true, limit: 100, after }),
	);
	return (
		<Page title="Artifacts" name="Artifacts">
			<Named hint="report" />
			<Card flush>
				<Shown of={artifacts}>
					{() =>
						items.length === 0 ? (
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
								{items.map((each) => (
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
				<More of={artifacts} />
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
	const names = useNames(
		"flow-runs",
		(versions.data?.items ?? []).flatMap((each) => each.flow_run_id ?? []),
	);
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
										data.flow_run_id ? <RunLink key="r" id={data.flow_run_id} otherwise="a flow run" /> : "–",
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
											<td>
												{each.flow_run_id ? (
													<Go to={`/flow-runs/${each.flow_run_id}`}>{names[each.flow_run_id] ?? "its run"}</Go>
												) : (
													"–"
												)}
											</td>
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
