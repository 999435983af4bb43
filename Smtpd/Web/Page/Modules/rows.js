// What is known of a list that may be very long: some of its messages by their places, newest first.

const MOST_KEPT = 3000;

export class Rows {
	total = 0;
	#byPlace = new Map();
	#places = new Map();

	get size() { return this.#byPlace.size; }
	at(place) { return this.#byPlace.get(place); }
	placeOf(id) { return this.#places.get(id); }
	find(id) { return this.#byPlace.get(this.#places.get(id)); }

	clear() {
		this.#byPlace.clear();
		this.#places.clear();
	}

	put(place, message) {
		const before = this.#places.get(message.ID);
		if (before !== undefined) this.#byPlace.delete(before);
		const there = this.#byPlace.get(place);
		if (there) this.#places.delete(there.ID);
		this.#byPlace.set(place, message);
		this.#places.set(message.ID, place);
	}

	#shift(from, by) {
		const moved = [...this.#byPlace].filter(([place]) => place >= from);
		for (const [place] of moved) this.#byPlace.delete(place);
		for (const [place, message] of moved) {
			this.#byPlace.set(place + by, message);
			this.#places.set(message.ID, place + by);
		}
	}

	// Ids grow with time, so a new message comes before the first one that is older.
	insert(message) {
		if (this.#places.has(message.ID)) return -1;
		let place = 0;
		for (let next = this.at(0); next && next.ID > message.ID; next = this.at(place)) place++;
		this.#shift(place, 1);
		this.total++;
		this.put(place, message);
		return place;
	}

	// The place of the message, or -1 when it is not known.
	remove(id) {
		const place = this.#places.get(id);
		if (place === undefined) return -1;
		this.#byPlace.delete(place);
		this.#places.delete(id);
		this.#shift(place + 1, -1);
		this.total = Math.max(0, this.total - 1);
		return place;
	}

	// One that is not known is gone from somewhere: all older ones move up.
	removeUnknown(id) {
		for (const [place, message] of [...this.#byPlace].sort(([one], [other]) => one - other)) {
			if (message.ID > id) continue;
			this.#shift(place, -1);
			break;
		}
		this.total = Math.max(0, this.total - 1);
	}

	// Forgets what is far from these places.
	trim(first, end) {
		if (this.#byPlace.size <= MOST_KEPT) return;
		const near = MOST_KEPT / 3;
		for (const [place, message] of this.#byPlace) {
			if (place >= first - near && place < end + near) continue;
			this.#byPlace.delete(place);
			this.#places.delete(message.ID);
		}
	}

	*known() { yield* this.#byPlace.values(); }
}
