import { fromProgram } from "../../../runtime/app/index.ts";
export default fromProgram({ *run({ q }) { return yield* q.reserve({ qubits: 1, budget: 1 }); } });
