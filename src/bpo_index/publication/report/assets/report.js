// The script of the report: the explorer. Nothing leaves the page.
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

  // Draws in which a unit has no score are left out; places is null where none is left.
  function explore(data, draws, state) {
    const tree = readTree(data);
    const run = (values) => score(values, tree, state.weights, state.aggregation, data.power, state.normalisation, data.range);
    const scores = run(data.scores);
    const places = data.units.map(() => new Array(data.units.length).fill(0));
    let total = 0;
    draws.forEach((values, n) => {
      const drawn = run(values);
      if (drawn.some(Number.isNaN)) return;
      total += data.draw_weights[n];
      addPlaces(places, drawn, data.draw_weights[n]);
    });
    const shares = total > 0 ? places.map((row) => row.map((share) => share / total)) : null;
    return { scores, ranks: rank(scores), places: shares };
  }

  return { show, explore, readDraws, readTree };
})();

(() => {
  const holder = document.getElementById("explorer-data");
  if (!holder) return;
  const data = JSON.parse(holder.textContent);
  const draws = Explorer.readDraws(data);
  const byId = (id) => document.getElementById(id);
  const tree = Explorer.readTree(data);
  // By the number of the category; one that lies alone in another has none.
  const sliders = new Map([...document.querySelectorAll("[data-weight]")].map((slider) => [Number(slider.dataset.weight), slider]));
  const choices = { aggregation: byId("aggregation"), normalisation: byId("normalisation") };
  const nominal = { points: data.weights.map((w) => w * 100), aggregation: data.aggregation, normalisation: "as_published" };
  const body = byId("explored").tBodies[0];
  const shareBody = byId("shares").tBodies[0];
  const state = { moved: {}, aggregation: nominal.aggregation, normalisation: nominal.normalisation };

  const isPublished = () => !Object.keys(state.moved).length && state.aggregation === nominal.aggregation && state.normalisation === nominal.normalisation;
  const listPoints = () => nominal.points.map((points, c) => state.moved[c] ?? points);

  // The address: #explore;w=,,25,…;a=geometric;n=borda, with what differs from the published ranking.
  function writeAddress() {
    if (isPublished()) return "";
    const parts = ["#explore"];
    if (Object.keys(state.moved).length) parts.push("w=" + nominal.points.map((_, c) => state.moved[c] ?? "").join(","));
    if (state.aggregation !== nominal.aggregation) parts.push("a=" + state.aggregation);
    if (state.normalisation !== nominal.normalisation) parts.push("n=" + state.normalisation);
    return parts.join(";");
  }

  // Whether the address names a state of the explorer; what it does not name, or names wrongly, is as published.
  function readAddress() {
    let address = location.hash;
    try {
      address = decodeURIComponent(address);
    } catch {
      // A percent sign that stands for nothing: taken as it is.
    }
    const [head, ...parts] = address.split(";");
    if (head !== "#explore" && location.hash !== "") return false;
    const given = Object.fromEntries(parts.map((part) => [part.slice(0, 1), part.slice(2)]));
    state.moved = {};
    (given.w ?? "").split(",").forEach((text, c) => {
      const points = Number(text);
      if (text.trim() !== "" && points >= 0 && points <= data.slider_most && c < nominal.points.length) state.moved[c] = points;
    });
    for (const [key, name] of [["a", "aggregation"], ["n", "normalisation"]]) {
      const known = [...choices[name].options].some((option) => option.value === given[key]);
      state[name] = known ? given[key] : nominal[name];
    }
    return true;
  }

  function keepAddress() {
    const address = writeAddress();
    if (address === "" && !location.hash.startsWith("#explore")) return;
    try {
      history.replaceState(null, "", address || location.pathname + location.search);
    } catch {
      // In a frame without an address of its own there is none to keep.
    }
  }

  function showControls() {
    const points = listPoints();
    sliders.forEach((slider, c) => {
      if (Number(slider.value) !== points[c]) slider.value = points[c];
      const total = points.reduce((sum, one, n) => sum + (data.parents[n] === data.parents[c] ? one : 0), 0);
      const share = total > 0 ? Explorer.show((100 * points[c]) / total, 1) + " %" : "–";
      slider.nextElementSibling.textContent = share;
      const within = data.parents[c] < 0 ? "" : " in " + data.titles[data.parents[c]];
      slider.setAttribute("aria-valuetext", share + " of the weight" + within);
    });
    for (const name of Object.keys(choices)) choices[name].value = state[name];
    byId("reset").disabled = isPublished();
  }

  function makeCell(tag, text, name) {
    const cell = document.createElement(tag);
    cell.textContent = text;
    if (name) cell.className = name;
    return cell;
  }

  const showShare = (given) => {
    if (given === null || given === undefined) return "–";
    const share = Math.round(given * 1e9) / 1e9; // So that the order of a sum does not show where a half is rounded.
    if (share > 1e-12 && share < 0.005) return "<0.01";
    return share >= 0.995 && share < 1 - 1e-12 ? ">0.99" : Explorer.show(share, 2);
  };

  function makeName(row) {
    const name = makeCell("th", row.name);
    name.scope = "row";
    name.dir = "auto";
    return name;
  }

  function showRow(row) {
    const line = document.createElement("tr");
    line.dataset.unit = row.code;
    line.append(makeCell("td", row.rank ?? "–", row.moved ? "moved" : ""), makeName(row), makeCell("td", row.published ?? "–"), makeCell("td", row.score));
    return line;
  }

  // What replicates say of a row: under robustness, and not beside the ranking.
  function showShares(row) {
    const line = document.createElement("tr");
    line.append(makeName(row), makeCell("td", showShare(row.first)), makeCell("td", showShare(row.top)));
    const cell = makeCell("td", "", "t");
    if (row.places) {
      const strip = document.createElement("span");
      strip.className = row.places.length > 24 ? "places many" : "places";
      const best = row.places.indexOf(Math.max(...row.places));
      strip.setAttribute("role", "img");
      strip.setAttribute("aria-label", `most often rank ${best + 1} (${showShare(row.places[best])})`);
      row.places.forEach((share, place) => {
        const one = document.createElement("span");
        one.style.setProperty("--p", Math.round(share * 100) + "%");
        one.title = `rank ${place + 1}: ${showShare(share)}`;
        strip.append(one);
      });
      cell.append(strip);
    }
    line.append(cell);
    return line;
  }

  // What counts, but holds nothing with a weight: the number of that category, -1 for the index; else undefined.
  function findEmpty(points) {
    const counts = (n) => n < 0 || (points[n] > 0 && counts(data.parents[n]));
    return tree.holders.map((one) => one.number).reverse().find((n) => counts(n) && !points.some((one, c) => one > 0 && data.parents[c] === n));
  }

  const sumFirst = (places, count) => (places ? places.slice(0, count).reduce((sum, one) => sum + one, 0) : null);

  function update() {
    showControls();
    byId("copied").textContent = "";
    const points = listPoints();
    const status = byId("state");
    const empty = findEmpty(points);
    if (empty !== undefined) {
      body.replaceChildren();
      shareBody.replaceChildren();
      status.textContent = `Give at least one category${empty < 0 ? "" : ` in ${data.titles[empty]}`} a weight.`;
      return;
    }
    let rows;
    if (isPublished()) {
      rows = data.published;
      status.textContent = "This is the published ranking.";
    } else {
      const found = Explorer.explore(data, draws, { weights: points, aggregation: state.aggregation, normalisation: state.normalisation });
      rows = data.units.map((code, u) => {
        const places = Number.isNaN(found.scores[u]) || !data.has_shares[u] ? null : found.places?.[u];
        return {
          code, name: data.names[u], published: data.ranks[u], rank: found.ranks[u], places,
          score: Number.isNaN(found.scores[u]) ? "–" : Explorer.show(found.scores[u], 1),
          moved: found.ranks[u] !== data.order[u], first: sumFirst(places, 1), top: sumFirst(places, 3),
        };
      });
      rows.sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity));
      const moved = rows.filter((row) => row.moved).length;
      const leaders = rows.filter((row) => row.rank === 1).map((row) => row.name).join(", ");
      const comparable = state.normalisation === nominal.normalisation && !["copeland", "borda"].includes(state.aggregation);
      const scale = comparable ? "" : " Its scores are on another scale than the published ones.";
      const change = `${moved} of ${rows.length} ranks differ from the published order.${scale}`;
      status.textContent = leaders ? `Your ranking: ${leaders} first; ${change}` : "No score can be computed in this way.";
    }
    body.replaceChildren(...rows.map(showRow));
    shareBody.replaceChildren(...rows.map(showShares));
    markScrolling();
  }

  sliders.forEach((slider, c) => {
    slider.value = nominal.points[c];
    const home = Number(slider.value);
    slider.addEventListener("input", () => {
      // Back in its place, whose exact value may lie between two steps.
      if (Number(slider.value) === home) delete state.moved[c];
      else state.moved[c] = Number(slider.value);
      update();
    });
    slider.addEventListener("change", keepAddress);
  });
  for (const [name, choice] of Object.entries(choices)) {
    choice.addEventListener("change", () => { state[name] = choice.value; update(); keepAddress(); });
  }
  byId("reset").addEventListener("click", () => {
    Object.assign(state, { moved: {}, aggregation: nominal.aggregation, normalisation: nominal.normalisation });
    update();
    keepAddress();
  });
  byId("copy").addEventListener("click", async () => {
    keepAddress();
    const link = location.href.split("#")[0] + writeAddress();
    try {
      await navigator.clipboard.writeText(link);
      byId("copied").textContent = "Copied.";
    } catch {
      byId("copied").textContent = `The link: ${link}`;
    }
  });
  addEventListener("hashchange", () => { if (readAddress()) update(); });
  byId("explore").hidden = false;
  byId("explored-shares").hidden = false;
  if (readAddress() && location.hash) byId("explorer").scrollIntoView();
  update();
})();
