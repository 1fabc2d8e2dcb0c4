// The kernel service: every part wired, and the handlers that a server asks. Owns nothing but the wiring and the way to stop.
import { createClock } from "./clock.ts";
