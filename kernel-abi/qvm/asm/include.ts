// Which file an .include means. Owns the rule that no path leads out of the root folder, whatever is written.
//   P1  What a reader is asked for is relative, has / between names, and neither `.` nor `..` in it.
import { refuse, type Place } from "./place.ts";

/** Gives the text of a file below the root folder, or undefined when there is none. */
export type SourceReader = (path: string) => string | undefined;

/** The folder of the library; no folder of this name is looked for elsewhere. */
export const LIBRARY_FOLDER = "std/";

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf("/") + 1);

/** The path with `.` and `..` resolved; undefined when it leads out of the root. */
function resolved(path: string): string | undefined {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) return undefined;
  }
  return names.join("/");
}

/** Paths to try, in order: beside the file that includes, then below the root. @throws Fault QVM_ASM_INCLUDE */
export function includePaths(path: string, from: string, at: Place): readonly string[] {
  if (path === "" || path.startsWith("/") || /[\\\u0000-\u001f]|^[A-Za-z]:/.test(path)) {
    return refuse("QVM_ASM_INCLUDE", at, `${JSON.stringify(path.slice(0, 120))} is no relative path`, "Write a path below the program's folder, with / between names.");
  }
  if (path.startsWith(LIBRARY_FOLDER)) return [resolved(path)].filter((one) => one?.startsWith(LIBRARY_FOLDER) === true).map(String);
  const tried = [resolved(folderOf(from) + path), resolved(path)].filter((one) => one !== undefined && one !== "").map(String);
  const allowed = [...new Set(tried)].filter((one) => !one.startsWith(LIBRARY_FOLDER) || from.startsWith(LIBRARY_FOLDER));
  return allowed.length > 0 ? allowed : refuse("QVM_ASM_INCLUDE", at, `${JSON.stringify(path.slice(0, 120))} leads out of the program's folder`, "Keep included files below the program's folder, or name a folder above both as root.");
}
