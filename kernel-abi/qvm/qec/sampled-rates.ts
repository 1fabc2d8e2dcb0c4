// Sampled logical error rates that come with the package. Written by test/support/logical-rates.mts from logical-rates.json's own sources.
import type { SampledTable } from "./sampled.ts";

export const SAMPLED_RATES: SampledTable = {
 "schema": "triad.logical-rates/1",
 "provenance": [
  {"made":"triad qec threshold --code surface_code:rotated_memory_z","seed":"logical-rates-z","digest":"ff23156d811811dc832af88aeaa7ec468574b3d1d9c710948a9cd369f95bf7ad"},
  {"made":"triad qec threshold --code surface_code:rotated_memory_x","seed":"logical-rates-x","digest":"df624bc7944993c35337afba1bdf40a9edd6d4193e4520dffdeb9306043ec6ee"}
 ],
 "rows": [
  {"code":"surface_code","basis":"x","distance":3,"p":0.0015,"rounds":3,"decoder":"matching","shots":200000,"errors":377},
  {"code":"surface_code","basis":"z","distance":3,"p":0.0015,"rounds":3,"decoder":"matching","shots":200000,"errors":347},
  {"code":"surface_code","basis":"x","distance":3,"p":0.002,"rounds":3,"decoder":"matching","shots":132931,"errors":426},
  {"code":"surface_code","basis":"z","distance":3,"p":0.002,"rounds":3,"decoder":"matching","shots":148274,"errors":412},
  {"code":"surface_code","basis":"x","distance":3,"p":0.003,"rounds":3,"decoder":"matching","shots":55411,"errors":412},
  {"code":"surface_code","basis":"z","distance":3,"p":0.003,"rounds":3,"decoder":"matching","shots":59274,"errors":415},
  {"code":"surface_code","basis":"x","distance":3,"p":0.004,"rounds":3,"decoder":"matching","shots":34773,"errors":476},
  {"code":"surface_code","basis":"z","distance":3,"p":0.004,"rounds":3,"decoder":"matching","shots":43921,"errors":478},
  {"code":"surface_code","basis":"x","distance":3,"p":0.006,"rounds":3,"decoder":"matching","shots":20000,"errors":561},
  {"code":"surface_code","basis":"z","distance":3,"p":0.006,"rounds":3,"decoder":"matching","shots":20000,"errors":474},
  {"code":"surface_code","basis":"x","distance":3,"p":0.008,"rounds":3,"decoder":"matching","shots":10000,"errors":446},
  {"code":"surface_code","basis":"z","distance":3,"p":0.008,"rounds":3,"decoder":"matching","shots":20000,"errors":746},
  {"code":"surface_code","basis":"x","distance":5,"p":0.0015,"rounds":5,"decoder":"matching","shots":200000,"errors":105},
  {"code":"surface_code","basis":"z","distance":5,"p":0.0015,"rounds":5,"decoder":"matching","shots":200000,"errors":96},
  {"code":"surface_code","basis":"x","distance":5,"p":0.002,"rounds":5,"decoder":"matching","shots":200000,"errors":255},
  {"code":"surface_code","basis":"z","distance":5,"p":0.002,"rounds":5,"decoder":"matching","shots":200000,"errors":188},
  {"code":"surface_code","basis":"x","distance":5,"p":0.003,"rounds":5,"decoder":"matching","shots":110000,"errors":415},
  {"code":"surface_code","basis":"z","distance":5,"p":0.003,"rounds":5,"decoder":"matching","shots":122563,"errors":434},
  {"code":"surface_code","basis":"x","distance":5,"p":0.004,"rounds":5,"decoder":"matching","shots":46312,"errors":435},
  {"code":"surface_code","basis":"z","distance":5,"p":0.004,"rounds":5,"decoder":"matching","shots":53321,"errors":405},
  {"code":"surface_code","basis":"x","distance":5,"p":0.006,"rounds":5,"decoder":"matching","shots":20000,"errors":555},
  {"code":"surface_code","basis":"z","distance":5,"p":0.006,"rounds":5,"decoder":"matching","shots":20000,"errors":463},
  {"code":"surface_code","basis":"x","distance":5,"p":0.008,"rounds":5,"decoder":"matching","shots":10000,"errors":525},
  {"code":"surface_code","basis":"z","distance":5,"p":0.008,"rounds":5,"decoder":"matching","shots":10000,"errors":472},
  {"code":"surface_code","basis":"x","distance":7,"p":0.0015,"rounds":7,"decoder":"matching","shots":200000,"errors":19},
  {"code":"surface_code","basis":"z","distance":7,"p":0.0015,"rounds":7,"decoder":"matching","shots":200000,"errors":15},
  {"code":"surface_code","basis":"x","distance":7,"p":0.002,"rounds":7,"decoder":"matching","shots":200000,"errors":66},
  {"code":"surface_code","basis":"z","distance":7,"p":0.002,"rounds":7,"decoder":"matching","shots":200000,"errors":56},
  {"code":"surface_code","basis":"x","distance":7,"p":0.003,"rounds":7,"decoder":"matching","shots":200000,"errors":344},
  {"code":"surface_code","basis":"z","distance":7,"p":0.003,"rounds":7,"decoder":"matching","shots":200000,"errors":280},
  {"code":"surface_code","basis":"x","distance":7,"p":0.004,"rounds":7,"decoder":"matching","shots":96778,"errors":451},
  {"code":"surface_code","basis":"z","distance":7,"p":0.004,"rounds":7,"decoder":"matching","shots":99000,"errors":405},
  {"code":"surface_code","basis":"x","distance":7,"p":0.006,"rounds":7,"decoder":"matching","shots":20000,"errors":490},
  {"code":"surface_code","basis":"z","distance":7,"p":0.006,"rounds":7,"decoder":"matching","shots":20569,"errors":422},
  {"code":"surface_code","basis":"x","distance":7,"p":0.008,"rounds":7,"decoder":"matching","shots":10000,"errors":559},
  {"code":"surface_code","basis":"z","distance":7,"p":0.008,"rounds":7,"decoder":"matching","shots":10000,"errors":519}
 ]
};
