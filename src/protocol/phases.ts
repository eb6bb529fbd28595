/** The parts of one training iteration that energy is charged to. */
export const phases = ['forward', 'inputGradient', 'weightGradient', 'update'] as const;
export type Phase = (typeof phases)[number];

/** Where a joule goes within a phase: arithmetic and registers, on-chip buffer, off-chip memory, static power while it lasts. */
export const components = ['compute', 'sram', 'dram', 'static'] as const;
export type Component = (typeof components)[number];
