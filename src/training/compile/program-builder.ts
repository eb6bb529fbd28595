import type { Operation, Program, TensorId, TensorRole, TensorSpecification } from '../../engine/program';

/** Gathers the tensors and operations of a program. Sections keep the order in which their operations were added. */
export class ProgramBuilder {
  private readonly tensors: TensorSpecification[] = [];
  private readonly sections: Record<string, Operation[]> = {};

  /** One value per batch: weights, momenta, statistics, metrics. */
  tensor(name: string, shape: readonly number[], role: TensorRole, type: 'float32' | 'int32' = 'float32'): TensorId {
    return this.declare({ name, shape, role, type, perSample: false });
  }

  /** One value per sample; `shape` is that of one sample. */
  perSample(name: string, shape: readonly number[], role: TensorRole = 'temporary', type: 'float32' | 'int32' = 'float32'): TensorId {
    return this.declare({ name, shape, role, type, perSample: true });
  }

  shapeOf(tensor: TensorId): readonly number[] {
    return this.tensors[tensor]!.shape;
  }

  nameOf(tensor: TensorId): string {
    return this.tensors[tensor]!.name;
  }

  section(name: string): Operation[] {
    this.sections[name] ??= [];
    return this.sections[name];
  }

  build(batchSize: number): Program {
    return { batchSize, tensors: this.tensors, sections: this.sections };
  }

  private declare(specification: Omit<TensorSpecification, 'id'>): TensorId {
    const id = this.tensors.length;
    this.tensors.push({ id, ...specification });
    return id;
  }
}
