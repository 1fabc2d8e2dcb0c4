// Serving a kernel: the service behind a socket, and the order in which both begin and end.
//   The socket is taken first, so that a second server is refused before it touches the state; calls wait until the service is there.
//   At the end nobody is let in, what is in flight is answered, and only then the service is stopped, for as long as the grace lasts.
import { dispatch } from "../../../kernel-abi/rpc/dispatch.ts";
import type { KernelService } from "../../../kernel-abi/rpc/handlers.ts";
import type { KernelOptions as ServiceOptions, TenantTerms } from "./options.ts";
import type { Fallen } from "./standing.ts";
import { wallMilliseconds } from "../../adapters/host.ts";
import { serveSocket, type ServerLimits, type SocketServer } from "../../adapters/socket-server.ts";

export interface KernelOptions extends TenantTerms, Pick<ServiceOptions, "conditions" | "profile"> {
  /** Folder of what survives the process; nothing does when it is not given. */
  readonly state?: string;
  /** Worker threads; the host's number when it is not given. */
  readonly workers?: number;
}

/** What came of conditions said anew: put right, new or changed, and in all. */
export interface ConditionsChange {
  readonly lifted: number;
  readonly begun: number;
  readonly holding: number;
}

/** A service whose operator can say anew whom it serves, and what had to end by it; and what is wrong with the machine. Both are refused whole. */
export interface ServedKernel extends KernelService {
  serve?(terms: TenantTerms): Fallen;
  setConditions?(conditions: NonNullable<ServiceOptions["conditions"]>): ConditionsChange;
}

/** Brings a kernel up, with what was accepted before it went down. */
export type KernelFactory = (options: KernelOptions) => ServedKernel | Promise<ServedKernel>;

export interface ServeOptions extends KernelOptions {
  readonly socket: string;
  readonly limits?: Partial<ServerLimits>;
  /** Told of what a handler threw that is no typed error. */
  readonly defect?: (error: unknown, method: string) => void;
}

export interface Served {
  /** Absolute path of the socket. */
  readonly path: string;
  readonly service: ServedKernel;
  /** Whether everything came to rest. After `graceMs` runs under way are given up; with false what has not come to rest even so is left alone:
   *  what was accepted is kept, and the process is to end without it. */
  stop(options?: { readonly graceMs?: number }): Promise<boolean>;
}

/** Least time for jobs to come to their next fence, where those who waited for them have used up the grace. */
const FENCE_MS = 250;
/** In which a kernel whose runs were given up comes to rest. */
const REST_MS = 1_000;

/** Resolves with false after so many milliseconds. */
function after(ms: number): { readonly late: Promise<boolean>; readonly end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => { timer = setTimeout(() => { resolve(false); }, ms); });
  return { late, end: () => { clearTimeout(timer); } };
}

async function stopped(server: Pick<SocketServer, "stop">, service: KernelService, graceMs: number | undefined): Promise<boolean> {
  if (graceMs === undefined) {
    await server.stop();
    await service.stop();
    return true;
  }
  const began = wallMilliseconds();
  await server.stop({ graceMs });
  const left = Math.max(FENCE_MS, graceMs - (wallMilliseconds() - began));
  const { late, end } = after(left + REST_MS);
  try {
    return await Promise.race([service.stop({ graceMs: left }).then(() => true), late]);
  } finally {
    end();
  }
}

/** @throws Fault SOCKET_IN_USE | SOCKET_REFUSED; what the factory throws */
export async function serveKernel({ socket, limits, defect, ...options }: ServeOptions, create: KernelFactory): Promise<Served> {
  let arrived: (service: KernelService) => void = () => undefined;
  const arriving = new Promise<KernelService>((resolve) => { arrived = resolve; });
  let answer = (value: unknown, context: Parameters<ReturnType<typeof dispatch>>[1]): ReturnType<ReturnType<typeof dispatch>> => arriving.then(() => answer(value, context));
  const server = await serveSocket({ path: socket, dispatch: (value, context) => answer(value, context), ...(limits === undefined ? {} : { limits }) });
  try {
    const service = await create(options);
    answer = dispatch(service.handlers, defect === undefined ? {} : { defect });
    arrived(service);
    return {
      path: server.path, service,
      stop: ({ graceMs } = {}) => stopped(server, service, graceMs),
    };
  } catch (error) {
    await server.stop({ graceMs: 0 });
    throw error;
  }
}
