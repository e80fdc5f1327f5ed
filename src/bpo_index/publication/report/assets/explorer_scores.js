// The explorer's arithmetic: scores of the categories that hold questions and replicates of them, weighed and put
// together anew, up through the categories that hold them. It computes what bpo_index.publication.explorer.rescore computes.
const Explorer = (() => {
  const TIE = 1e-7; // Scores no farther apart are tied.
  const CONSTANT = 1e-7; // A category whose scores lie within this is constant.

  const round = (x) => (Number.isFinite(x) ? Math.round(x * 1e9) / 1e9 : NaN);

  // A number as it is shown elsewhere: the digits that it is written with, rounded, halves away from 0.
  function show(x, decimals) {
    if (!Number.isFinite(x)) return x.toFixed(decimals);
    const [digits, exponent = "0"] = String(x).split("e");
    const whole = Math.round(Number(`${digits.replace("-", "")}e${Number(exponent) + decimals}`));
    const text = Number(`${whole}e${-decimals}`).toFixed(decimals);
    return x < 0 && whole ? `-${text}` : text;
  }

  // How many units each value beats less how many beat it; a row of values.
  function balance(values) {
    return values.map((own) => values.reduce((sum, other) => sum + (own - other > TIE) - (other - own > TIE), 0));
  }

  // values: units x categories, an array of rows. Returns new rows.
  function normalise(values, method, range) {
    if (method === "as_published") return values;
    const units = values.length;
    const rows = values.map((row) => row.slice());
    for (let c = 0; c < values[0].length; c++) {
      const column = values.map((row) => row[c]);
      let mapped;
      if (method === "borda") {
        mapped = balance(column).map((b) => range[0] + (range[1] - range[0]) * (units > 1 ? (b + units - 1) / (2 * (units - 1)) : 0.5));
      } else if (method === "min_max") {
        const low = Math.min(...column), width = Math.max(...column) - low;
        mapped = column.map((x) => (width > CONSTANT ? range[0] + ((range[1] - range[0]) * (x - low)) / width : (range[0] + range[1]) / 2));
      } else {
        const mean = column.reduce((sum, x) => sum + x, 0) / units;
        const sd = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(units - 1, 1));
        mapped = column.map((x) => (sd > CONSTANT ? 50 + (10 * (x - mean)) / sd : 50));
      }
      mapped.forEach((x, u) => { rows[u][c] = x; });
    }
    return rows;
  }

  const POWERS = { arithmetic: 1, geometric: 0, harmonic: -1 };

  function mean(row, weights, given) {
    const power = Math.abs(given) < 1e-6 ? 0 : given; // The formula loses its digits near zero.
    let sum = 0, total = 0, zero = false;
    for (let c = 0; c < row.length; c++) {
      const w = weights[c], x = row[c];
      if (w === 0) continue;
      total += w;
      if (power === 1) { sum += w * x; continue; }
      if (x < 0) return NaN;
      if (x === 0) { zero = true; continue; }
      sum += w * (power === 0 ? Math.log(x) : x ** power);
    }
    if (power === 1) return sum / total;
    if (zero && power <= 0) return 0;
    return power === 0 ? Math.exp(sum / total) : (sum / total) ** (1 / power);
  }

  function median(row, weights) {
    const items = row.map((x, c) => [x, weights[c]]).filter((item) => item[1] > 0).sort((a, b) => a[0] - b[0]);
    const total = items.reduce((sum, item) => sum + item[1], 0);
    let heaped = 0, low = null;
    for (const [x, w] of items) {
      heaped += w / total;
      if (low === null && heaped >= 0.5 - 1e-12) low = x;
      if (heaped > 0.5 + 1e-12) return (low + x) / 2;
    }
    return low;
  }

  // Copeland and Borda: 100 times the share of the other units that a unit beats.
  function compare(values, weights, method) {
    const units = values.length;
    const total = weights.reduce((sum, w) => sum + w, 0);
    return values.map((own, u) => {
      if (units === 1) return 50;
      let won = 0;
      values.forEach((other, v) => {
        if (u === v) return;
        let support = 0;
        for (let c = 0; c < own.length; c++) {
          const gap = own[c] - other[c];
          support += weights[c] * (gap > TIE ? 1 : gap >= -TIE ? 0.5 : 0);
        }
        support /= total;
        if (method === "borda") won += support;
        else won += 2 * support - 1 > 1e-9 ? 1 : 2 * support - 1 >= -1e-9 ? 0.5 : 0;
      });
      return (100 * won) / (units - 1);
    });
  }

  // Which categories hold which: those that hold none, and what the others hold, the index (-1) last.
  function readTree(data) {
    const numbers = data.parents.map((_, n) => n);
    const holders = [...new Set(data.parents)].sort((a, b) => b - a);
    return {
      lowest: numbers.filter((n) => !data.parents.includes(n)),
      holders: holders.map((number) => ({ number, held: numbers.filter((n) => data.parents[n] === number), own: data.own[number] })),
    };
  }

  // The scores of what holds categories; rows: units x categories. None where a category with a weight has none.
  function combine(rows, weights, aggregation, power) {
    const found = rows.map(() => NaN);
    const counted = weights.some((w) => w > 0);
    const there = rows.flatMap((row, u) => (counted && !row.some((x, c) => weights[c] > 0 && Number.isNaN(x)) ? [u] : []));
    const values = there.map((u) => rows[u]);
    let scores;
    if (aggregation === "copeland" || aggregation === "borda") scores = compare(values, weights, aggregation);
    else if (aggregation === "median") scores = values.map((row) => median(row, weights));
    else scores = values.map((row) => mean(row, weights, aggregation === "generalised_mean" ? power : POWERS[aggregation]));
    there.forEach((u, n) => { found[u] = scores[n]; });
    return found;
  }

  // values: units x lowest categories; weights: of all categories. A category with an aggregation of its own keeps it.
  function score(values, tree, weights, aggregation, power, normalisation, range) {
    const rows = normalise(values, normalisation, range);
    const columns = new Map(tree.lowest.map((n, at) => [n, rows.map((row) => row[at])]));
    for (const { number, held, own } of tree.holders) {
      const inside = rows.map((_, u) => held.map((n) => columns.get(n)[u]));
      columns.set(number, combine(inside, held.map((n) => weights[n]), own ?? aggregation, power));
    }
    return columns.get(-1).map(round);
  }

  const rank = (scores) => scores.map((own) => (Number.isNaN(own) ? null : 1 + scores.filter((other) => other - own > TIE).length));

  // Adds what a replicate says of places, ties shared equally.
  function addPlaces(places, scores, weight) {
    scores.forEach((own, u) => {
      let ahead = 0, tied = 0;
      for (const other of scores) {
        if (other - own > TIE) ahead++;
        else if (own - other <= TIE) tied++;
      }
      for (let place = ahead; place < ahead + tied; place++) places[u][place] += weight / tied;
    });
  }

  // Draws travel as 16-bit integers, little-endian, in base 64.
  function readDraws(data) {
    const bytes = Uint8Array.from(atob(data.draws), (letter) => letter.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const units = data.units.length, categories = data.categories.length;
    let at = 0;
    return data.draw_weights.map(() =>
      Array.from({ length: units }, () =>
        Array.from({ length: categories }, () => { const x = view.getInt16(at, true) * data.step; at += 2; return x; })));
  }

  // What is to be computed in a state: scores and ranks at once, and the shares of places after draws were added. Draws in
  // which a unit has no score are left out; there are no shares where none is left.
  function begin(data, state) {
    const tree = readTree(data);
    const run = (values) => score(values, tree, state.weights, state.aggregation, data.power, state.normalisation, data.range);
    const scores = run(data.scores);
    const places = data.units.map(() => new Array(data.units.length).fill(0));
    let total = 0;
    return {
      scores,
      ranks: rank(scores),
      add(values, weight) {
        const drawn = run(values);
        if (drawn.some(Number.isNaN)) return;
        total += weight;
        addPlaces(places, drawn, weight);
      },
      share: () => (total > 0 ? places.map((row) => row.map((one) => one / total)) : null),
    };
  }

  function explore(data, draws, state) {
    const task = begin(data, state);
    draws.forEach((values, n) => task.add(values, data.draw_weights[n]));
    return { scores: task.scores, ranks: task.ranks, places: task.share() };
  }

  return { show, begin, explore, readDraws, readTree };
})();
