/** What a deployment was under each of its versions, and what each changed. */
import { Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type Deployment, patch, read, type Schemas } from "../api/client";
import { usePages } from "../api/lists";
import { useMay } from "../api/session";
import { Shown } from "../parts/conditions";
import { Deed } from "../parts/deeds";
import { type Change, differences } from "../parts/differences";
import { Dim } from "../parts/frame";
import { who } from "../parts/history";
import { More } from "../parts/rows";
import { Moment } from "../parts/time";

type Version = Schemas["DeploymentVersion"];

/** What makes a version; ids of pool and queue are told by their names. */
const FACTS = [
	"version",
	"entrypoint",
	"path",
	"pull_steps",
	"parameters",
	"parameter_openapi_schema",
	"enforce_parameter_schema",
	"work_pool_name",
	"work_queue_name",
	"job_variables",
] as const;

export function Versions({ deployment }: { deployment: Deployment }) {
	const { found, items } = usePages(["deployments", "versions", deployment.id], (after) =>
		read("/deployments/{id}/versions", { id: deployment.id }, { limit: 20, ...(after ? { after } : {}) }),
	);
	return (
		<>
			<Shown of={found} rows={3}>
				{() => (
					<ol className="versions" reversed>
						{items.map((version, place) => (
							<One
								key={version.number}
								version={version}
								before={items[place + 1]}
								now={deployment.version_number === version.number}
								deployment={deployment}
							/>
						))}
					</ol>
				)}
			</Shown>
			<More of={found} />
		</>
	);
}

function One({
	version,
	before,
	now,
	deployment,
}: {
	version: Version;
	before: Version | undefined;
	now: boolean;
	deployment: Deployment;
}) {
	const changes = before ? differences(before.deployment, version.deployment, FACTS) : [];
	return (
		<li data-version={version.number}>
			<div className="version-head">
				<strong>Version {version.number}</strong>
				{version.deployment.version ? <span className="tag">{version.deployment.version}</span> : null}
				{now ? <span className="state state-completed">Runs begin with this one</span> : null}
				<Dim>
					<Moment at={version.created} />
					{version.created_by ? `, ${who(version.created_by)}` : ""}
				</Dim>
				<span className="grow" />
				{now ? null : <BringBack version={version} deployment={deployment} />}
			</div>
			{before === undefined ? (
				<Text size="sm" c="dimmed">
					{version.number === 1 ? "The first." : ""}
				</Text>
			) : (
				<Differences of={changes} />
			)}
		</li>
	);
}

function Differences({ of }: { of: Change[] }) {
	if (of.length === 0)
		return (
			<Text size="sm" c="dimmed">
				Nothing that is shown here differs.
			</Text>
		);
	return (
		<dl className="differences">
			{of.map((change) => (
				<div key={change.name}>
					<dt>{change.name}</dt>
					<dd>
						{change.before === null ? <Dim>nothing</Dim> : <del>{change.before}</del>}
						<span aria-hidden="true"> → </span>
						{change.after === null ? <Dim>nothing</Dim> : <ins>{change.after}</ins>}
					</dd>
				</div>
			))}
		</dl>
	);
}

function BringBack({ version, deployment }: { version: Version; deployment: Deployment }) {
	const may = useMay("edit");
	const queries = useQueryClient();
	return (
		<Deed
			label="Bring back"
			title={`Bring back version ${version.number}?`}
			why
			may={may}
			confirm="Bring it back"
			act={async (reason) => {
				const facts = Object.fromEntries(FACTS.map((name) => [name, version.deployment[name]]));
				const made = await patch("/deployments/{id}", facts, { id: deployment.id }, reason);
				await queries.invalidateQueries({ queryKey: ["deployments"] });
				return `${deployment.name} is as it was under version ${version.number}; it is version ${made.version_number} now.`;
			}}
		>
			The deployment becomes what it was then, as a new version. Runs that began keep to theirs; those that nobody has
			begun go with it.
		</Deed>
	);
}
