// Texts that are put under the MAC, and the MAC of a text. Owns that no two kinds of text can be the same bytes: fields between bars hold
// no bar, a handle has six of them, a token five, and a rich token is JSON, which begins with a brace, as no field does.
//   K3  Times stand in seconds as the shortest decimal that reads back, with ".0" for whole ones: 1000.0.
import { fromHex, toHex } from "../../../kernel-abi/canonical.ts";
import type { Mac } from "../../../kernel-abi/ports.ts";

const utf8 = new TextEncoder();
const MS = 1_000;
const TAG = /^[0-9a-f]{64}$/;

export const seconds = (ms: number): string => (ms % MS === 0 ? `${ms / MS}.0` : String(ms / MS));

/** 64 hex digits. */
export const signText = (mac: Mac, text: string): string => toHex(mac.tag(utf8.encode(text)));

/** Whether the tag, as it was presented, is the text's; anything but 64 lower-case hex digits is not. */
export const signs = (mac: Mac, text: string, tag: string): boolean => TAG.test(tag) && mac.matches(utf8.encode(text), fromHex(tag));
