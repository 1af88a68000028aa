/** The parameters of a deployment, in a form made from the flow's signature: for a run, and for what makes runs of it. */
import { Text } from "@mantine/core";
import type { Deployment } from "../api/client";
import { defaults, Fields, type Schema, type Values } from "./schema-form";

/** The deployment's own values, and the flow's where it has none. */
export const ownParameters = (of: Deployment): Values => ({
	...defaults((of.parameter_openapi_schema ?? {}) as Schema),
	...(of.parameters as Values | undefined),
});

/** Whether it takes whatever it is given. */
export const isLoose = (of: Deployment): boolean =>
	Object.keys((of.parameter_openapi_schema as Schema | undefined)?.properties ?? {}).length === 0 &&
	of.enforce_parameter_schema === false;

/** What differs from what the form began with: only that is sent, so that the deployment's own values stay its own. */
export function changed(before: Values, now: Values, own: Values): Values {
	const found: Values = {};
	for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
		if (JSON.stringify(before[name]) === JSON.stringify(now[name])) continue;
		if (now[name] !== undefined) found[name] = now[name];
		// Emptied: what the deployment says of it must not come back.
		else if (own[name] !== undefined) found[name] = null;
	}
	return found;
}

export function Parameters({
	deployment,
	values,
	change,
	problems,
	templates,
}: {
	deployment: Deployment;
	values: Values;
	change: (values: Values) => void;
	problems: Record<string, string>;
	/** Where each may be a template: what they are when they are none. */
	templates?: Values;
}) {
	const schema = (deployment.parameter_openapi_schema ?? {}) as Schema;
	if (Object.keys(schema.properties ?? {}).length > 0)
		return <Fields schema={schema} values={values} change={change} problems={problems} templates={templates} />;
	if (isLoose(deployment))
		return (
			<Fields
				schema={{ properties: { parameters: { type: "object", title: "Parameters", description: "As JSON" } } }}
				values={{ parameters: values }}
				change={(next) => change((next.parameters ?? {}) as Values)}
				problems={problems}
			/>
		);
	return <Text size="sm">The flow takes no parameters.</Text>;
}
