// The explorer's controls and what they show.
(() => {
  const holder = document.getElementById("explorer-data");
  if (!holder) return;
  const data = JSON.parse(holder.textContent);
  const texts = data.texts;
  const draws = Explorer.readDraws(data);
  const byId = (id) => document.getElementById(id);
  const tree = Explorer.readTree(data);
  // By the number of the category; one that lies alone in another has none.
  const sliders = new Map([...document.querySelectorAll("[data-weight]")].map((slider) => [Number(slider.dataset.weight), slider]));
  const choices = { aggregation: byId("aggregation"), normalisation: byId("normalisation") };
  const nominal = { points: data.weights.map((w) => w * 100), aggregation: data.aggregation, normalisation: "as_published" };
  const table = byId("explored"), shares = byId("shares");
  const state = { moved: {}, aggregation: nominal.aggregation, normalisation: nominal.normalisation };

  const isPublished = () => !Object.keys(state.moved).length && state.aggregation === nominal.aggregation && state.normalisation === nominal.normalisation;
  const listPoints = () => nominal.points.map((points, c) => state.moved[c] ?? points);

  // A sentence with its values put in; numbers as the language of the page writes them.
  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const show = (x, decimals) => Explorer.show(x, decimals).replace("-", "\u2212").replace(".", texts.decimal);
  const showPercent = (share) => fill(texts.percent, { number: show(100 * share, 1) });

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

  function showControls(points) {
    sliders.forEach((slider, c) => {
      if (Number(slider.value) !== points[c]) slider.value = points[c];
      const total = points.reduce((sum, one, n) => sum + (data.parents[n] === data.parents[c] ? one : 0), 0);
      const share = total > 0 ? showPercent(points[c] / total) : "–";
      slider.nextElementSibling.textContent = share;
      const category = data.titles[data.parents[c]];
      slider.setAttribute("aria-valuetext", fill(data.parents[c] < 0 ? texts.of_weight : texts.of_weight_in, { share, category }));
    });
    for (const name of Object.keys(choices)) choices[name].value = state[name];
    byId("reset").disabled = isPublished();
    byId("copied").textContent = "";
  }

  function make(tag, text = "", name = "") {
    const one = document.createElement(tag);
    one.textContent = text;
    if (name) one.className = name;
    return one;
  }

  function makeName(row) {
    const name = make("th", row.name);
    name.scope = "row";
    name.dir = "auto";
    return name;
  }

  const showShare = (given) => {
    if (given === null || given === undefined) return "–";
    const share = Math.round(given * 1e9) / 1e9; // So that the order of a sum does not show where a half is rounded.
    if (share > 1e-12 && share < 0.005) return "<" + show(0.01, 2);
    return share >= 0.995 && share < 1 - 1e-12 ? ">" + show(0.99, 2) : show(share, 2);
  };

  // The line of a unit is made once, and written again whenever something is moved.
  const lines = new Map();
  function makeLine(row) {
    const line = document.createElement("tr");
    line.dataset.unit = row.code;
    line.append(make("td"), makeName(row), make("td"), make("td"));
    lines.set(row.code, line);
    return line;
  }

  function showLine(row) {
    const line = lines.get(row.code) ?? makeLine(row);
    const [place, , published, score] = line.cells;
    place.textContent = row.rank ?? "–";
    place.className = row.moved ? "moved" : "";
    published.textContent = row.published ?? "–";
    score.textContent = row.score;
    score.dataset.key = row.value ?? "";
    return line;
  }

  // What replicates say of a row: beside the figure of ranks, and not beside the ranking.
  function makeShares(row) {
    const line = document.createElement("tr");
    const cell = make("td", "", "t");
    line.append(makeName(row), make("td", showShare(row.first)), make("td", showShare(row.top)), cell);
    if (row.places) {
      const best = row.places.indexOf(Math.max(...row.places));
      const strip = make("span", "", row.places.length > 24 ? "places many" : "places");
      strip.setAttribute("role", "img");
      strip.setAttribute("aria-label", fill(texts.most_often, { rank: best + 1, share: showShare(row.places[best]) }));
      if (row.places.length > 24) strip.style.setProperty("--shares", drawShares(row.places));
      else strip.append(...row.places.map(makePlace));
      cell.append(strip);
    }
    return line;
  }

  const shade = (share) => `color-mix(in srgb, var(--accent) ${Math.round(share * 100)}%, transparent)`;

  function makePlace(share, place) {
    const one = document.createElement("span");
    one.style.background = shade(share);
    one.title = fill(texts.rank_share, { rank: place + 1, share: showShare(share) });
    return one;
  }

  // Of many places one background: neighbours that look the same are one band.
  function drawShares(places) {
    const bands = [];
    places.forEach((share, n) => {
      const colour = shade(share);
      if (bands.at(-1)?.colour === colour) bands.at(-1).end = n + 1;
      else bands.push({ colour, start: n, end: n + 1 });
    });
    const at = (n) => `${((100 * n) / places.length).toFixed(2)}%`;
    return `linear-gradient(to right, ${bands.map((band) => `${band.colour} ${at(band.start)} ${at(band.end)}`).join(", ")})`;
  }

  // What counts, but holds nothing with a weight: the number of that category, -1 for the index; else undefined.
  function findEmpty(points) {
    const counts = (n) => n < 0 || (points[n] > 0 && counts(data.parents[n]));
    return tree.holders.map((one) => one.number).reverse().find((n) => counts(n) && !points.some((one, c) => one > 0 && data.parents[c] === n));
  }

  const sumFirst = (places, count) => (places ? places.slice(0, count).reduce((sum, one) => sum + one, 0) : null);

  function describe(rows) {
    const leaders = rows.filter((row) => row.rank === 1).map((row) => row.name);
    if (!leaders.length) return texts.no_score;
    const names = new Intl.ListFormat(document.documentElement.lang || "en").format(leaders);
    const comparable = state.normalisation === nominal.normalisation && !["copeland", "borda"].includes(state.aggregation);
    const said = [fill(texts.first, { leaders: names }), texts.moved[rows.filter((row) => row.moved).length]];
    return [...said, ...(comparable ? [] : [texts.other_scale])].join(" ");
  }

  function showRanking(rows, said) {
    byId("state").textContent = said;
    table.tBodies[0].replaceChildren(...rows.map(showLine));
    Tables.arrange(table);
  }

  // Everything that follows from the state, in steps: the controls and the ranking, which are seen at once (true), then
  // what replicates say, draw by draw and line by line.
  function* work() {
    const points = listPoints();
    showControls(points);
    const empty = findEmpty(points);
    if (empty !== undefined) {
      showRanking([], fill(empty < 0 ? texts.give_weight : texts.give_weight_in, { category: data.titles[empty] }));
      shares.tBodies[0].replaceChildren();
      return;
    }
    let rows = data.published;
    if (isPublished()) {
      showRanking(rows, texts.published);
      yield true;
    } else {
      const task = Explorer.begin(data, { weights: points, aggregation: state.aggregation, normalisation: state.normalisation });
      rows = data.units.map((code, u) => {
        const value = Number.isNaN(task.scores[u]) ? null : task.scores[u];
        return {
          code, u, value, name: data.names[u], published: data.ranks[u], rank: task.ranks[u],
          score: value === null ? "–" : show(value, 1), moved: task.ranks[u] !== data.order[u],
        };
      });
      rows.sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity));
      showRanking(rows, describe(rows));
      yield true;
      for (let n = 0; n < draws.length; n++) {
        task.add(draws[n], data.draw_weights[n]);
        yield false;
      }
      const found = task.share();
      for (const row of rows) {
        row.places = row.value === null || !data.has_shares[row.u] ? null : found?.[row.u];
        Object.assign(row, { first: sumFirst(row.places, 1), top: sumFirst(row.places, 3) });
      }
    }
    const made = [];
    for (const row of rows) {
      made.push(makeShares(row));
      yield false;
    }
    shares.tBodies[0].replaceChildren(...made);
    yield true;
    if (!marked) markScrolling();
    marked = true;
  }
  let marked = false;

  // Work is done in frames, at most one frame's worth in each. What was asked for last is worked on, and nothing waits
  // behind it: what was begun for an earlier state is dropped.
  const MILLISECONDS = 8;
  let frame = 0, steps = null;
  function update() {
    steps = work();
    byId("explore").dataset.state = "busy";
    frame ||= requestAnimationFrame(advance);
  }
  function advance() {
    frame = 0;
    const end = performance.now() + MILLISECONDS;
    let step = steps.next();
    while (!step.done && !step.value && performance.now() < end) step = steps.next();
    if (step.done) byId("explore").dataset.state = "done";
    else frame = requestAnimationFrame(advance);
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
      byId("copied").textContent = texts.copied;
    } catch {
      byId("copied").textContent = fill(texts.link, { link });
    }
  });
  addEventListener("hashchange", () => { if (readAddress()) update(); });

  // The result stays in sight, below the notice that does too.
  const notice = document.querySelector(".notice");
  const leaveRoom = () => byId("explore").style.setProperty("--top", `${notice?.offsetHeight ?? 0}px`);
  addEventListener("resize", leaveRoom);
  leaveRoom();
  byId("explore").hidden = false;
  byId("explored-shares").hidden = false;
  if (readAddress() && location.hash) byId("explorer").scrollIntoView();
  update();
})();
