// What a person is told at the kernel's commands: which flag, which file and place, which path; and a kernel that is being started is waited for.
import { existsSync, writeFileSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import process from "node:process";
import { afterEach, describe, expect, it } from "vitest";
import { METHODS, type JobObject } from "../../../../kernel-abi/rpc/methods.ts";
import { loadOrCreateMac } from "../../../../runtime/adapters/mac.ts";
import { printJob, runUnderWay } from "../../../../runtime/app/cli/job-text.ts";
import { terminal } from "../../../../runtime/app/cli/terminal.ts";
import { capture, onlyObject, scratch, triad, triadOn, type Said } from "../../../support/cli.ts";
import { CAPS, coins, ghz } from "../../../support/kernel-service.ts";
import { credentialOf, kernelGround, type ServedTest } from "../../../support/served-kernel.ts";

const ground = kernelGround();
const at = scratch();
const running: Promise<Said>[] = [];
afterEach(async () => {
  const again = setInterval(() => { process.emit("SIGTERM", "SIGTERM"); }, 20); // one that is being started hears none yet
  if (running.length > 0) await Promise.all(running.splice(0));
  clearInterval(again);
});

let files = 0;
const fileOf = (content: unknown): string => {
  const path = at(`f${files += 1}.json`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};
const on = ({ served }: ServedTest): readonly string[] => ["--socket", served.path];
const errorOf = ({ err }: Said): Readonly<Record<string, unknown>> => onlyObject(err)["error"] as Readonly<Record<string, unknown>>;
const nextOf = async (...words: readonly string[]): Promise<string> => String(errorOf(await triad(...words, "--json"))["next"]);

describe("advice", () => {
  it("names flags: what is missing for a checkpoint, whose session, which credential, which tenant", async () => {
    const tested = await ground.serve({ tenants: [{ name: "default", caps: CAPS }, { name: "red", caps: CAPS, entry: "token" }, { name: "late", caps: CAPS, state: "suspended" }] });
    const bell = fileOf(ghz(2));
    const { session_id: bare } = onlyObject((await triad("session", "open", "--caps", "ALLOC,COMPUTE,MEASURE", ...on(tested), "--json")).out);
    const { job_id } = onlyObject((await triad("job", "submit", fileOf(coins(2)), "--session", String(bare), ...on(tested), "--json")).out);
    await triad("job", "wait", String(job_id), ...on(tested));
    expect(await nextOf("job", "checkpoint", String(job_id), ...on(tested))).toMatch(/^Name CHECKPOINT in --caps LIST, of `triad job submit` or `triad session open`/);
    expect(await nextOf("job", "submit", bell, ...on(tested), "--tenant", "red")).toContain("--credential FILE with what `triad kernel token red --tenants FILE` prints");
    expect(await nextOf("job", "submit", bell, ...on(tested), "--tenant", "red", "--credential", fileOf(credentialOf("default")))).toMatch(/--credential FILE with a credential that stands, and the --tenant NAME/);
    expect(await nextOf("job", "submit", bell, ...on(tested), "--tenant", "blue")).toContain("--tenant NAME");
    expect(await nextOf("job", "submit", bell, ...on(tested), "--tenant", "late")).toContain("\"state\"");
    expect(await nextOf("job", "status", String(job_id), ...on(tested), "--session", "sess_0000000000000000")).toContain(`triad session open --socket ${tested.served.path}`);
    expect(await nextOf("job", "status", "job_0000000000000000", ...on(tested), "--session", String(bare))).toContain("triad job list");
    expect(await nextOf("job", "cancel", String(job_id), ...on(tested))).toContain(`triad job status ${String(job_id)}`);
    expect(await nextOf("job", "restore", "ckpt_job_0000000000000000_1", ...on(tested), "--session", String(bare))).toMatch(/--caps|triad job checkpoint/);
    expect(await nextOf("kernel", "status", ...on(tested))).toContain("--session ID");
  });

  it("by default a job can be checkpointed, and a tenant without that capability is not bothered with it", async () => {
    const tested = await ground.serve();
    const { job_id } = onlyObject((await triad("job", "submit", fileOf(coins(2)), ...on(tested), "--json")).out);
    await triad("job", "wait", String(job_id), ...on(tested));
    expect((await triad("job", "checkpoint", String(job_id), ...on(tested))).code).toBe(0);
    const poor = await ground.serve({ tenants: [{ name: "default", caps: ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"] }] });
    expect(await triad("job", "submit", fileOf(ghz(2)), ...on(poor))).toMatchObject({ code: 0, err: "" });
  });
});

describe("what is shown to a person", () => {
  const shown = async (...words: readonly string[]): Promise<string> => {
    const { code, out } = await triad(...words);
    expect([code, out]).toEqual([0, expect.not.stringMatching(/[{}]/)]);
    return out;
  };

  it("of a job and of a kernel is lines and tables, never JSON", async () => {
    const tested = await ground.serve({}, { mac: loadOrCreateMac(), conditions: [{ mode: "link-degradation", a: "module-0", b: "module-1", fidelity: 0.9, pairsPerEpoch: 3 }, { mode: "calibration-drift", module: "module-1", factor: 1.5 }] });
    const { job_id } = onlyObject((await triad("job", "submit", fileOf(ghz(11)), "--seed", "5", ...on(tested), "--json")).out);
    await triad("job", "wait", String(job_id), ...on(tested));
    const job = await shown("job", "status", String(job_id), ...on(tested));
    expect(job).toMatch(/\nprogress +epoch 1 of 1, node 23 of 23\nevents +(m0=([01]) m1=\2 m2=\2 .*m10=\2)\ndigest +[0-9a-f]{64}\ntrace +on no disk, /);
    expect(await shown("job", "replay", String(job_id), ...on(tested))).toContain(/events +(.*)/.exec(job)?.[1]);
    expect(await shown("job", "events", String(job_id), ...on(tested))).toMatch(/^1 {2}QUEUED, epoch 0\n/);
    const kernel = await shown("kernel", "status", ...on(tested));
    expect(kernel).toMatch(/\nconditions +2 conditions\n +link-degradation a=module-0 b=module-1 fidelity=0\.9 pairsPerEpoch=3\n +calibration-drift module=module-1 factor=1\.5\n/);
    expect(kernel).toMatch(/\n\nmodule +total +free +held .*\nmodule-0 +\d+ +\d+ +0 /);
    expect(kernel).toMatch(/\n\ntenant +state +entry +stranger +sessions +jobs +running\ndefault +active +open +false +1 +0 +0\n/);
  });

  it("of a job whose run is under way is that, and never that all is done", () => {
    const text = (state: JobObject["state"], current_epoch: number): string => {
      const out = capture();
      const example = METHODS.q_status.example.result as JobObject;
      printJob({ out: terminal(out.stream, false), err: terminal(out.stream, false), settings: { debug: false, colour: false } }, { ...example, state, progress: { current_epoch, total_epochs: 3, nodes_executed: 3 * current_epoch, nodes_total: 9 } }, false);
      return /progress +(.*)/.exec(out.text())?.[1] ?? "";
    };
    expect([text("RUNNING", 3), text("RUNNING", 1), text("COMPLETED", 3), text("CANCELLED", 2), text("QUEUED", 0)]).toEqual([
      "all 3 epochs are placed, the run is under way", "epoch 1 of 3, node 3 of 9; the run begins behind the last", "epoch 3 of 3, node 9 of 9", "epoch 2 of 3, node 6 of 9", "epoch 0 of 3, node 0 of 9",
    ]);
    expect([runUnderWay({ state: "RUNNING", epoch: 3, total: 3 }), runUnderWay({ state: "COMPLETED", epoch: 3, total: 3 })]).toEqual([true, false]);
  });

  it("of a trace is where it lies, wherever who asks is", async () => {
    const socket = at("relative.sock");
    const state = relative(process.cwd(), at("relative-state"));
    running.push(triad("kernel", "serve", "--socket", socket, "--state", state, "--workers", "0"));
    const { out } = await triad("job", "submit", fileOf(ghz(2)), "--socket", socket, "--connect-timeout", "60", "--wait");
    const [, trace = "", next = ""] = /\ntrace +(\S+)\nattested +\S+\nnext +triad (verify \S+)\n/.exec(out) ?? [];
    expect([isAbsolute(trace), existsSync(trace), (await triad(...next.split(" "))).code]).toEqual([true, true, 0]);
  });
});

describe("a document of the operator that is wrong", () => {
  it.each([
    [{ tenants: [{ name: "a" }, { name: "b", caps: ["CAP_ALLOC", "CAP_FLY"] }] }, { at: "/tenants/1/caps/1", value: "\"CAP_FLY\"", allowed: expect.stringMatching(/^CAP_ALLOC, CAP_COMPUTE, .*CAP_DELEGATE$/) as unknown }],
    [{ tenants: [{ name: "a", entry: "opne" }] }, { at: "/tenants/0/entry", value: "\"opne\"", allowed: "open, token" }],
    [{ tenants: [{ name: "a", quota: { jobs: 3 } }] }, { at: "/tenants/0/quota/jobs", what: "no field of this" }],
    [{ strangers: { caps: ["X"] } }, { at: "/strangers/caps/0", allowed: expect.stringContaining("CAP_MEASURE") as unknown }],
    [{ strangers: "refused" }, { at: "/strangers", allowed: expect.stringContaining("strangers: refuse | {caps, quota}") as unknown }],
    [{ channels: [["a", "b"], ["a", "b c"]] }, { at: "/channels/1/1", value: "\"b c\"" }],
    [[], { at: "the document as a whole" }],
  ])("%j", async (terms, detail) => {
    const file = fileOf(terms);
    for (const words of [["kernel", "serve", "--socket", at("never.sock")], ["kernel", "token", "a"]]) {
      const said = await triad(...words, "--tenants", file, "--json");
      expect([said.code, errorOf(said)]).toMatchObject([1, { name: "ABI_MALFORMED", detail: { option: "--tenants", file, ...detail }, next: expect.stringContaining(file) as string }]);
    }
    expect(existsSync(at("never.sock"))).toBe(false);
  });

  it("conditions: of the mode that was meant, where it stands", async () => {
    const failed = async (conditions: unknown): Promise<unknown> => errorOf(await triad("kernel", "serve", "--socket", at("never.sock"), "--conditions", fileOf(conditions), "--json"))["detail"];
    expect(await failed([{ mode: "decoder-overload", roundsPerEpoch: 1 }, { mode: "module-failure", modle: "m" }])).toMatchObject({ option: "--conditions", at: expect.stringMatching(/^\/1/) as string });
    expect(await failed([{ mode: "decoder-overlord" }])).toMatchObject({ at: "/0/mode", what: expect.stringContaining("decoder-overload") as string });
    expect(await failed({})).toMatchObject({ at: "the document as a whole" });
  });

  it("a file that is not there is called by its flag", async () => {
    const none = at("nowhere.json");
    for (const [option, words] of [["--tenants", ["kernel", "serve", "--socket", at("never.sock")]], ["--conditions", ["kernel", "serve", "--socket", at("never.sock")]], ["--tenants", ["kernel", "token", "a"]]] as const) {
      const said = await triad(...words, option, none, "--json");
      expect([said.code, errorOf(said)]).toMatchObject([2, { name: "FILE_UNREADABLE", detail: { option, path: none, what: "it is not there" }, next: `Give ${option} a text file that is there and that you may read.` }]);
    }
    const tested = await ground.serve();
    expect(errorOf(await triad("job", "submit", fileOf(ghz(2)), ...on(tested), "--credential", none, "--json"))).toMatchObject({ detail: { option: "--credential" } });
    expect(errorOf(await triad("kernel", "token", "b", "--tenants", fileOf({ tenants: [{ name: "a", entry: "token" }] }), "--json"))).toMatchObject({ name: "USAGE", detail: { allowed: "a" } });
  });
});

describe("a socket that nobody serves", () => {
  it("is told with its whole path, whether it is there, how long was waited, and how to start a kernel", async () => {
    const none = at("none.sock");
    const ask = (path: string): Promise<Said> => triad("job", "list", "--socket", path, "--session", "s", "--connect-timeout", "0", "--json");
    const absent = await ask(none);
    expect([absent.code, errorOf(absent)]).toMatchObject([7, { name: "KERNEL_UNREACHABLE", detail: { path: resolve(none), what: "it is not there", waited: "0 s" }, next: expect.stringContaining(`triad kernel serve --socket ${none}`) as string }]);
    expect(errorOf(await ask(fileOf("")))).toMatchObject({ name: "KERNEL_UNREACHABLE", detail: { what: "nobody listens at it" } });
  });

  it("is waited for, so that a submit may follow a serve at once; told on a terminal alone, and gone there afterwards", async () => {
    for (const columns of [undefined, 80]) {
      const socket = at(`soon${String(columns)}.sock`);
      const submitting = triadOn(columns === undefined ? {} : { columns }, "job", "submit", fileOf(ghz(2)), "--socket", socket, "--connect-timeout", "60");
      await new Promise((next) => { setTimeout(next, 20); });
      running.push(triad("kernel", "serve", "--socket", socket, "--workers", "0"));
      const { code, err } = await submitting;
      expect(code).toBe(0);
      if (columns === undefined) expect(err).toBe("");
      else expect(err).toMatch(/^waiting for a kernel at \S+\r\u001b\[K$/);
    }
  });
});
