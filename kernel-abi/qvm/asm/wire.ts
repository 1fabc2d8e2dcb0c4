// A graph as JSON text for people and tools: a node a line, empty lists of nodes left out, every key the format requires there.
import type { Graph, GraphNode } from "../graph.ts";

const nodeText = ({ id, op, args, vqs, chs, inputs, produces, caps, guard, metadata }: GraphNode): string => {
  const lists = Object.entries({ vqs, chs, inputs, produces, caps }).filter(([, names]) => names.length > 0);
  return JSON.stringify({
    id, op, ...(Object.keys(args).length === 0 ? {} : { args }), ...Object.fromEntries(lists),
    ...(guard === undefined ? {} : { guard }), ...(metadata === undefined ? {} : { metadata }),
  });
};

/** Ends with a line break. */
export function graphText({ version, program: { nodes }, resources, caps, description, metadata }: Graph): string {
  const fields: readonly (readonly [string, string])[] = [
    ["version", JSON.stringify(version)],
    ...(description === undefined ? [] : [["description", JSON.stringify(description)] as const]),
    ...(metadata === undefined ? [] : [["metadata", JSON.stringify(metadata)] as const]),
    ["program", nodes.length === 0 ? "{\"nodes\": []}" : `{"nodes": [\n${nodes.map((node) => `    ${nodeText(node)}`).join(",\n")}\n  ]}`],
    ["resources", JSON.stringify(resources)],
    ["caps", JSON.stringify(caps)],
  ];
  return `{\n${fields.map(([name, text]) => `  ${JSON.stringify(name)}: ${text}`).join(",\n")}\n}\n`;
}
