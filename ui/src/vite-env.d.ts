/// <reference types="vite/client" />

/** The schemas that one of the API's is made of, by their names; `vite.config.ts` takes them from its description. */
declare module "*openapi.json?of=NewAutomation" {
	const schemas: Record<string, import("./parts/schema-form").Schema>;
	export default schemas;
}
