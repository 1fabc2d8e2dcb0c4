// Replies and requests as text. Owns the envelope's form on the wire.
//   R8  ASCII alone: a reader that decodes piece by piece never meets half a character. A success has no member `error`, an error no `result`.

const unicode = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** JSON of a value in ASCII. @throws TypeError for what has no JSON (a bigint, a circle) */
export function asciiJson(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return "null";
  return /[^\u0000-\u007e]/.test(text) ? text.replace(/[^\u0000-\u007e]/g, unicode) : text;
}

export type RpcId = string | number | null;

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export const resultText = (id: RpcId, result: unknown): string => `{"jsonrpc":"2.0","result":${asciiJson(result)},"id":${asciiJson(id)}}`;
export const errorText = (id: RpcId, error: RpcError): string => `{"jsonrpc":"2.0","error":${asciiJson(error)},"id":${asciiJson(id)}}`;
export const requestText = (id: RpcId, method: string, params: unknown): string => `{"jsonrpc":"2.0","method":${asciiJson(method)},"params":${asciiJson(params)},"id":${asciiJson(id)}}`;
