// Preloaded into a worker thread that runs TypeScript sources (development and tests): tsx's own `--import` leaves threads alone.
import { register } from "tsx/esm/api";

register();
