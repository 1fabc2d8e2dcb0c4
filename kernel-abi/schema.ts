// Schemas: TypeBox, for every room, from one place. It is several hundred modules, which take a command longer to load than most
// commands run; the build makes one module of it (bundle.mjs), and that module stands here in the package.
import type { TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";

export { Type, type Static, type TProperties, type TSchema } from "typebox";
export { Compile };

/** A schema's validator, compiled when it is first asked for: a command that reads no such thing does not pay for it. */
export function compiled<const S extends TSchema>(schema: S): () => Validator<Record<never, never>, S> {
  let validator: Validator<Record<never, never>, S> | undefined;
  return () => (validator ??= Compile(schema));
}
