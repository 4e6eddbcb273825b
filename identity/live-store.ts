/** A pair kept by position: the neighbour, the weight in bits, its kind as in PAIR_KINDS (or -1), what meeting was worth. */
export interface StoredEdge {
  readonly to: number;
  readonly weight: number;
  readonly kind: number;
  readonly worth: number;
}

function grown<T extends Int8Array | Int32Array | Float64Array>(array: T, size: number): T {
  if (array.length >= size) return array;
  const larger = new (array.constructor as new (length: number) => T)(Math.max(size, array.length * 2));
  larger.set(array);
  return larger;
}

/**
 * Which records bear a key: an open-addressing table of key hashes with a chain of entries for each. A key borne by a
 * hundred thousand records costs one entry each and is never walked. Positions are reused after a removal.
 */
export class KeyStore {
  private slots = new Float64Array(1 << 12).fill(-1);
  private heads = new Int32Array(1 << 12).fill(-1);
  private counts = new Int32Array(1 << 12);
  private used = 0;
  private records = new Int32Array(1 << 14);
  private next = new Int32Array(1 << 14);
  private entries = 0;
  private free = -1;

  /** Records that bear the key. */
  count(hash: number): number {
    const at = this.find(hash);
    return this.slots[at] === -1 ? 0 : (this.counts[at] ?? 0);
  }

  add(hash: number, record: number): void {
    let at = this.find(hash);
    if (this.slots[at] === -1) {
      if (this.used * 2 >= this.slots.length) {
        this.grow();
        at = this.find(hash);
      }
      this.slots[at] = hash;
      this.used += 1;
    }
    const entry = this.takeEntry();
    this.records[entry] = record;
    this.next[entry] = this.heads[at] ?? -1;
    this.heads[at] = entry;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
  }

  remove(hash: number, record: number): void {
    const at = this.find(hash);
    if (this.slots[at] === -1) return;
    let before = -1;
    for (let entry = this.heads[at] ?? -1; entry !== -1; before = entry, entry = this.next[entry] ?? -1) {
      if (this.records[entry] !== record) continue;
      const after = this.next[entry] ?? -1;
      if (before === -1) this.heads[at] = after;
      else this.next[before] = after;
      this.next[entry] = this.free;
      this.free = entry;
      this.counts[at] = (this.counts[at] ?? 1) - 1;
      return;
    }
  }

  /** Visits the records that bear the key, in no certain order. */
  visit(hash: number, act: (record: number) => void): void {
    const at = this.find(hash);
    if (this.slots[at] === -1) return;
    for (let entry = this.heads[at] ?? -1; entry !== -1; entry = this.next[entry] ?? -1) act(this.records[entry] ?? 0);
  }

  private takeEntry(): number {
    if (this.free !== -1) {
      const entry = this.free;
      this.free = this.next[entry] ?? -1;
      return entry;
    }
    this.records = grown(this.records, this.entries + 1);
    this.next = grown(this.next, this.entries + 1);
    this.entries += 1;
    return this.entries - 1;
  }

  private find(hash: number): number {
    const mask = this.slots.length - 1;
    let at = (hash ^ (hash / 0x1_0000_0000) ^ (hash >>> 15)) & mask;
    while (this.slots[at] !== -1 && this.slots[at] !== hash) at = (at + 1) & mask;
    return at;
  }

  private grow(): void {
    const { slots, heads, counts } = this;
    this.slots = new Float64Array(slots.length * 2).fill(-1);
    this.heads = new Int32Array(slots.length * 2).fill(-1);
    this.counts = new Int32Array(slots.length * 2);
    for (let from = 0; from < slots.length; from += 1) {
      const hash = slots[from] ?? -1;
      if (hash === -1) continue;
      const at = this.find(hash);
      this.slots[at] = hash;
      this.heads[at] = heads[from] ?? -1;
      this.counts[at] = counts[from] ?? 0;
    }
  }
}

/** Compared pairs by record, both ways, in growing typed arrays. */
export class EdgeStore {
  private heads = new Int32Array(1 << 10).fill(-1);
  private degrees = new Int32Array(1 << 10);
  private to = new Int32Array(1 << 12);
  private next = new Int32Array(1 << 12);
  private worths = new Int32Array(1 << 12);
  private weights = new Float64Array(1 << 12);
  private kinds = new Int8Array(1 << 12);
  private entries = 0;
  private free = -1;

  /** Pairs that the record stands in. */
  degree(record: number): number {
    return this.degrees[record] ?? 0;
  }

  /** Adds a pair. */
  add(left: number, { to, weight, kind, worth }: StoredEdge): void {
    this.put(left, { to, weight, kind, worth });
    this.put(to, { to: left, weight, kind, worth });
  }

  /** The record's pairs. */
  of(record: number): StoredEdge[] {
    const edges: StoredEdge[] = [];
    for (let at = this.head(record); at !== -1; at = this.next[at] ?? -1)
      edges.push({
        to: this.to[at] ?? 0,
        weight: this.weights[at] ?? 0,
        kind: this.kinds[at] ?? -1,
        worth: this.worths[at] ?? 0,
      });
    return edges;
  }

  /** Takes one pair out. */
  remove(left: number, right: number): void {
    this.unlink(left, right);
    this.unlink(right, left);
  }

  /** Notes anew what meeting was worth for all pairs of a record. */
  reworth(record: number, worthOf: (others: readonly number[]) => readonly number[]): void {
    const places: number[] = [];
    for (let at = this.head(record); at !== -1; at = this.next[at] ?? -1) places.push(at);
    const others = places.map((at) => this.to[at] ?? 0);
    for (const [n, worth] of worthOf(others).entries()) {
      this.worths[places[n] ?? 0] = worth;
      for (let at = this.head(others[n] ?? 0); at !== -1; at = this.next[at] ?? -1)
        if (this.to[at] === record) this.worths[at] = worth;
    }
  }

  /** Drops all pairs of a record. */
  drop(record: number): void {
    for (let at = this.head(record); at !== -1;) {
      this.unlink(this.to[at] ?? 0, record);
      const after = this.next[at] ?? -1;
      this.release(at);
      at = after;
    }
    this.heads[record] = -1;
    this.degrees[record] = 0;
  }

  private head(record: number): number {
    return record < this.heads.length ? (this.heads[record] ?? -1) : -1;
  }

  private put(from: number, { to, weight, kind, worth }: StoredEdge): void {
    if (from >= this.heads.length) {
      const before = this.heads.length;
      this.heads = grown(this.heads, from + 1);
      this.heads.fill(-1, before);
      this.degrees = grown(this.degrees, from + 1);
    }
    let at = this.free;
    if (at === -1) {
      at = this.entries;
      this.entries += 1;
      this.to = grown(this.to, this.entries);
      this.next = grown(this.next, this.entries);
      this.worths = grown(this.worths, this.entries);
      this.weights = grown(this.weights, this.entries);
      this.kinds = grown(this.kinds, this.entries);
    } else this.free = this.next[at] ?? -1;
    this.to[at] = to;
    this.weights[at] = weight;
    this.kinds[at] = kind;
    this.worths[at] = worth;
    this.next[at] = this.heads[from] ?? -1;
    this.heads[from] = at;
    this.degrees[from] = (this.degrees[from] ?? 0) + 1;
  }

  private unlink(from: number, to: number): void {
    let before = -1;
    for (let at = this.head(from); at !== -1; before = at, at = this.next[at] ?? -1) {
      if (this.to[at] !== to) continue;
      const after = this.next[at] ?? -1;
      if (before === -1) this.heads[from] = after;
      else this.next[before] = after;
      this.release(at);
      this.degrees[from] = (this.degrees[from] ?? 1) - 1;
      return;
    }
  }

  private release(at: number): void {
    this.next[at] = this.free;
    this.free = at;
  }
}
