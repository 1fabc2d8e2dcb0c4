// Property tests draw fresh seeds, and print the one that fails. In CI the seed is fixed, so that a red check is about the change.
import fc from "fast-check";

if (process.env["CI"] !== undefined && process.env["CI"] !== "") fc.configureGlobal({ seed: 20_240_601 });
