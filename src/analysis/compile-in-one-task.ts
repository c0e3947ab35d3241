import { setFlagsFromString } from 'node:v8'

/**
 * Imported before a WebAssembly linter is. V8 else compiles it again, optimised, on every core while the linter is at
 * work: five times the processor time, and twice the wait, for a process that lives for a moment.
 */
setFlagsFromString('--wasm-num-compilation-tasks=1')
