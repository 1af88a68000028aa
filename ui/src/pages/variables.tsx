/** Variables: seen, set and deleted. */
import { Button, Group, JsonInput, Modal, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post, remove } from "../api/client";
import { useMay } from "../api/session";
import { Empty, Shown } from "../parts/conditions";
import { attempt, Deed } from "../parts/deeds";
import { Card, Page, Tags } from "../parts/frame";
import { DEEDS, Named, Rows, useNamed } from "../parts/rows";
import { readJson, Unread } from "../parts/schema-form";
import { Moment } from "../parts/time";

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
				may ? (
					<Button size="xs" onClick={() => setEdited({ name: "", value: "", fresh: true })}>
						New variable
					</Button>
				) : null
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
							<Rows heads={["Name", "Value", "Tags", "Changed", DEEDS]}>
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
												{may ? (
													<Button
														size="xs"
														variant="default"
														aria-label={`Change ${each.name}`}
														onClick={() =>
															setEdited({ name: each.name, value: JSON.stringify(each.value, null, 2), fresh: false })
														}
													>
														Change
													</Button>
												) : null}
												<Deed
													label="Delete"
													title={`Delete ${each.name}?`}
													danger
													may={may}
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
