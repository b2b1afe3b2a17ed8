// What a pickle of torch.save may name, and the values these names stand for here. All that a state_dict consists of.
import type { Vocabulary } from './pickle-machine.ts';
import { checkView, type Storage, type TensorView } from './tensor-view.ts';

const mostAxes = 8;

/** A kind of storage, by its number format's name in `valueTypes`. */
class StorageType {
  readonly type: string;

  constructor(type: string) {
    this.type = type;
  }
}

/** A tensor in the value of a pickle. */
export class PickledTensor {
  readonly view: TensorView;

  constructor(view: TensorView) {
    this.view = view;
  }
}

const names = new Map<string, unknown>([
  ['collections.OrderedDict', emptyDict],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', ([tensor]: unknown[]) => tensor],
  ['torch.DoubleStorage', new StorageType('F64')],
  ['torch.FloatStorage', new StorageType('F32')],
  ['torch.HalfStorage', new StorageType('F16')],
  ['torch.BFloat16Storage', new StorageType('BF16')],
  ['torch.LongStorage', new StorageType('I64')],
  ['torch.IntStorage', new StorageType('I32')],
  ['torch.ByteStorage', new StorageType('U8')],
  ['torch.BoolStorage', new StorageType('U8')],
]);

/** The vocabulary for one file. `storages` is filled with every storage that its pickle mentions. */
export function torchVocabulary(storages: Map<string, Storage>): Vocabulary {
  return { names, persistent: (id) => storageOf(id, storages) };
}

/** The vocabulary of pickles that hold no tensors. */
export const plainVocabulary: Vocabulary = {
  names: new Map(),
  persistent() {
    throw new Error('its pickle has a storage in an invalid place');
  },
};

function emptyDict(values: unknown[]): Map<unknown, unknown> {
  if (values.length > 0) throw new Error('its pickle has an OrderedDict that is filled in an unknown way');
  return new Map();
}

/** (storage, offset, size, stride, requires_grad, backward_hooks) */
function rebuildTensor([storage, offset, shape, strides]: unknown[]): PickledTensor {
  if (!isStorage(storage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides)) {
    throw new Error('its pickle has a tensor with an invalid storage, offset, size or stride');
  }
  const view = { storage, offset, shape, strides };
  checkView(view);
  return new PickledTensor(view);
}

/** ('storage', type, key, location, numel), in old files also a view, which PyTorch has long written as None. */
function storageOf(id: unknown, storages: Map<string, Storage>): Storage {
  const [tag, type, key, , length, view = null] = Array.isArray(id) ? id : [];
  if (tag !== 'storage' || !(type instanceof StorageType) || typeof key !== 'string' || !isCount(length) || view) {
    throw new Error('its pickle mentions a storage in an unknown way');
  }
  const known = storages.get(key);
  if (!known) {
    const storage = { key, type: type.type, length };
    storages.set(key, storage);
    return storage;
  }
  if (known.type === type.type && known.length === length) return known;
  throw new Error(`its pickle describes storage ${key} in two ways`);
}

function isStorage(value: unknown): value is Storage {
  return typeof value === 'object' && value !== null && 'key' in value && 'length' in value && 'type' in value;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= mostAxes && value.every(isCount);
}
