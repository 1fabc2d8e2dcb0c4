// The AssemblyScript number types, as TypeScript sees them in the `portable.ts` sources that both compilers read.
declare type f64 = number;
declare type u32 = number;
