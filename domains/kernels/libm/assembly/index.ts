// portable.ts as a module of its own, so that tests can hold the two compilations of it against each other.
import { cosOfLast, sinCos, sinOfLast } from "../portable";

export { sin, cos, exp, log, atan2 } from "../portable";

export function sinOf(x: f64): f64 {
  sinCos(x);
  return sinOfLast;
}

export function cosOf(x: f64): f64 {
  sinCos(x);
  return cosOfLast;
}
