// RESULTS.md: one section a suite, each with the machine and commit it was measured at. A run replaces the sections of the suites it ran and
// leaves the rest, what people wrote between them included.
const HEAD = `# Results of the benchmark command

Made by \`npm run bench -- SUITE… --write\`, which replaces the sections of the suites it ran. Goals are ratios wherever they can be; where a goal is a rate it was set on another machine.
`;

/** Text up to the first section, then sections, each from its `## `. */
const sectionsOf = (text: string): readonly string[] => text.split(/^(?=## )/m);
const titleOf = (section: string): string => /^## (.*)$/m.exec(section)?.[1] ?? "";

/** `old` with the sections of `fresh` (title, lines) in place of their like; those without one stand where `order` has them, last of all otherwise. */
export function withSections(old: string, fresh: ReadonlyMap<string, readonly string[]>, order: readonly string[]): string {
  const [head = HEAD, ...sections] = old === "" ? [] : sectionsOf(old);
  const kept = new Map(sections.map((section) => [titleOf(section), section]));
  for (const [title, lines] of fresh) kept.set(title, [`## ${title}`, "", "```", ...lines, "```", "", ""].join("\n"));
  const place = (title: string): number => (order.includes(title) ? order.indexOf(title) : order.length);
  const sorted = [...kept].sort(([a], [b]) => place(a) - place(b)).map(([, section]) => `${section.trimEnd()}\n`);
  return [`${head.trimEnd()}\n`, ...sorted].join("\n");
}
