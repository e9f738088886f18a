# The report of a run in Markdown; behind its summary may come those of runs with other numbers of posts.
def digits($n): if . == null then "" else pow(10; $n) as $p | . * $p | round / $p | tostring end;
def row: "| " + join(" | ") + " |";
def met($sign; $target): if . == null then "" else
  "\($sign) \($target) " + if (if $sign == "≥" then . >= $target else . <= $target end) then "✓" else "✗" end end;

.[0] as $this | $this.scenarios as $all
| {
    post: ["one post with author and categories", 0.75],
    page: ["a page of 20 posts with both", 0.75],
    deep: ["page 10,000, or the last one"],
    category: ["a category's posts, 20"],
    self: ["GET /authentication"],
    unchanged: ["one post that has not changed, 304"],
    publish: ["posting with 3 categories", 0.60],
    link: ["linking one category, and unlinking it"],
    mix: ["90 % reads, 10 % posts"],
    "log-in": ["log-in"],
    export: ["NDJSON export, in rows"],
    "during-exports": ["one post, while 16 clients export; beside alone"],
    overload: ["one post, wanted 4 times as often as can be; beside its best", 0.8]
  } as $scenarios
| "\($this.posts) posts, \($this.connections) connections, the median of \($this.rounds) rounds of \($this.seconds) s.\n",
  "\($this.machine). Load: \($this.load).\n",
  (["scenario", "requests/s", "its limit", "ratio", "target", "p50 ms", "p99 ms", "p99.9 ms",
    "CPU ms: service", "PostgreSQL", "limit", "memory MiB", "its peak"] | row),
  ([range(13) | if . == 0 then "---" else "---:" end] | row),
  ($scenarios | to_entries[] | .value as [$title, $target] | $all[.key] | select(. != null)
    | [$title, (.service.rate | digits(0)), (.limit.rate | digits(0)), (.ratio | digits(2)),
       (if $target then .ratio | met("≥"; $target) else "" end),
       (.service | .p50, .p99, .p999 | digits(2)), (.service | .own, .database | digits(3)), (.limit.database | digits(3)),
       (.service.memory, .peak | digits(0))] | row),
  "",
  (["what else has a target", "measured", "target"] | row), (["---", "---:", "---:"] | row),
  ([["page 10,000 ÷ page 1, p50", $all.deep.p50, 1.2],
    (("post", "page", "deep", "category") as $name | .[1:][]
      | select(.scenarios[$name] and $all[$name])
      | (if $this.posts > .posts then [$this, .] else [., $this] end) as [$more, $fewer]
      | ["\($scenarios[$name][0]): of \($more.posts) ÷ of \($fewer.posts), p50",
         $more.scenarios[$name].service.p50 / $fewer.scenarios[$name].service.p50, 1.2]),
    ["small read while exports run ÷ alone, p99", $all["during-exports"].p99, 3],
    ["service CPU per small read, ms", $all.post.service.own, 0.2],
    ["memory of the service, at most, MiB", ([$all[].peak] | max), 256],
    ["growth of memory in the export of \($this.posts) posts, MiB", $all.export.growth, 32]
   ][] | select(.[1] != null) | [.[0], (.[1] | digits(2)), .[2] as $target | (.[1] | met("≤"; $target))] | row)
