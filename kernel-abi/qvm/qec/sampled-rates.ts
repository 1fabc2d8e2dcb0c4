// Sampled logical error rates that come with the package. Written by test/support/logical-rates.mts from logical-rates.json's own sources.
import type { SampledTable } from "./sampled.ts";

export const SAMPLED_RATES: SampledTable = {
 "schema": "triad.logical-rates/1",
 "provenance": [
  {"made":"triad qec threshold --code surface_code:rotated_memory_z","seed":"examples/threshold","digest":"examples/threshold/expected.json"}
 ],
 "rows": [
  {"code":"surface_code","basis":"z","distance":3,"p":0.005,"rounds":3,"decoder":"matching","shots":20000,"errors":360},
  {"code":"surface_code","basis":"z","distance":3,"p":0.007,"rounds":3,"decoder":"matching","shots":10000,"errors":328},
  {"code":"surface_code","basis":"z","distance":3,"p":0.01,"rounds":3,"decoder":"matching","shots":10000,"errors":585},
  {"code":"surface_code","basis":"z","distance":5,"p":0.005,"rounds":5,"decoder":"matching","shots":22742,"errors":305},
  {"code":"surface_code","basis":"z","distance":5,"p":0.007,"rounds":5,"decoder":"matching","shots":10000,"errors":359},
  {"code":"surface_code","basis":"z","distance":5,"p":0.01,"rounds":5,"decoder":"matching","shots":10000,"errors":818}
 ]
};
