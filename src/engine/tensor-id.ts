/** A tensor of a program, by its number. */
export type TensorId = number;
