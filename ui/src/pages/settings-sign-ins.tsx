/** Browsers in which people are signed in: one's own, and for an admin everybody's. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { post, remove } from "../api/client";
import { useMay } from "../api/session";
import { Empty, Shown } from "../parts/conditions";
import { Deed } from "../parts/deeds";
import { Card } from "../parts/frame";
import { DEEDS, Rows } from "../parts/rows";
import { Moment } from "../parts/time";
import { browserOf } from "../parts/words";

export function SignIns() {
	const admin = useMay("admin");
	const queries = useQueryClient();
	const found = useQuery({ queryKey: ["sign-ins"], queryFn: () => post("/sign-ins/list", { limit: 200 }) });
	return (
		<Card title={admin ? "Who is signed in" : "Where you are signed in"} flush>
			<Shown of={found} rows={2}>
				{(data) =>
					data.items.length === 0 ? (
						<Empty title="Nobody is signed in with a browser" />
					) : (
						<Rows heads={["Who", "From", "Browser", "Last seen", "Ends", DEEDS]}>
							{data.items.map((each) => (
								<tr key={each.id}>
									<td>{each.user}</td>
									<td className="mono">{each.address ?? "–"}</td>
									<td className="wide">
										<span className="cut dim" title={each.agent ?? undefined}>
											{each.agent ? browserOf(each.agent) : "–"}
										</span>
									</td>
									<td>
										<Moment at={each.last_used} />
									</td>
									<td>
										<Moment at={each.expires} />
									</td>
									<td>
										<Deed
											label="End"
											title={`End the sign-in of ${each.user}?`}
											danger
											confirm="End the sign-in"
											act={async (reason) => {
												await remove("/sign-ins/{id}", { id: each.id }, reason);
												void queries.invalidateQueries({ queryKey: ["sign-ins"] });
												void queries.invalidateQueries({ queryKey: ["me"] });
												return "The sign-in was ended.";
											}}
										>
											That browser is asked for name and password at its next request.
										</Deed>
									</td>
								</tr>
							))}
						</Rows>
					)
				}
			</Shown>
		</Card>
	);
}
