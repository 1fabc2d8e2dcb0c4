// portable.ts as a module of its own, so that tests can hold the two compilations of it against each other.
export { philoxUniform } from "../portable";
