// The names that a pickle of a state_dict may use, and their values here.
import type { Vocabulary } from './pickle-machine.ts';
import { checkView, type Storage, type TensorView } from './tensor-view.ts';

const maxAxes = 8;

/** A storage class, by the name of its number format in `valueTypes`. */
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

/** The vocabulary for one file. Adds every storage that the pickle refers to to `storages`. */
export function torchVocabulary(storages: Map<string, Storage>): Vocabulary {
  return { names, persistent: (id) => storageOf(id, storages) };
}

/** For pickles without tensors. */
export const plainVocabulary: Vocabulary = {
  names: new Map(),
  persistent() {
    throw new Error('its pickle has a storage in an invalid place');
  },
};

function emptyDict(values: unknown[]): Map<unknown, unknown> {
  if (values.length > 0) throw new Error('its pickle fills an OrderedDict in an unsupported way');
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

/** ('storage', type, key, location, numel); old files add a view, which current PyTorch writes as None. */
function storageOf(id: unknown, storages: Map<string, Storage>): Storage {
  const [tag, type, key, , length, view = null] = Array.isArray(id) ? id : [];
  if (tag !== 'storage' || !(type instanceof StorageType) || typeof key !== 'string' || !isCount(length) || view) {
    throw new Error('its pickle refers to a storage in an unsupported way');
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
  return Array.isArray(value) && value.length <= maxAxes && value.every(isCount);
}
