// Modules from the base64 the kernel build carries. Owns the one compilation per thread; instances belong to their jobs
// or are put back after each, so nothing a job wrote can reach the next one (A4).
import { Buffer } from "node:buffer";

const compiled = new Map<string, WebAssembly.Module>();

/** The module of a kernel's base64 binary, compiled once per thread. Throws WebAssembly.CompileError for a damaged build. */
export function compileKernel(base64: string): WebAssembly.Module {
  const known = compiled.get(base64);
  if (known !== undefined) return known;
  const module = new WebAssembly.Module(Buffer.from(base64, "base64"));
  compiled.set(base64, module);
  return module;
}
