// Writes telemetry/METRICS.md anew from the code it describes.
import { writeFileSync } from "node:fs";
import { metricsReference } from "../../telemetry/reference.ts";

writeFileSync(new URL("../../telemetry/METRICS.md", import.meta.url), metricsReference());
