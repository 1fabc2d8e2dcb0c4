// Property tests under mutation: always the same cases, and no search for a smaller counterexample, which nobody will read.
import fc from "fast-check";

fc.configureGlobal({ seed: 20_240_601, endOnFailure: true });
