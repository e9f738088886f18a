# The report in Markdown of the run with so many posts, whose summary is among those of runs with other numbers.
def digits($n): if . == null then "" else pow(10; $n) as $p | . * $p | round / $p | tostring end;
def whole: if . == null then "" else round | tostring | [while(. != ""; .[:-3]) | .[-3:]] | reverse | join(",") end;
def row: "| " + join(" | ") + " |";
def met($sign; $target): if $target == null then "" else
  "\($sign) \($target) " + if (if $sign == "≥" then . >= $target else . <= $target end) then "✓" else "✗" end end;

. as $runs | (.[] | select(.posts == $posts)) as $this | $this.scenarios as $all
| "\($this.posts | whole) posts, \($this.connections) connections, the medians of \($this.rounds) rounds of \($this.seconds) s.",
  "\($this.machine). Load: \($this.load).\n",
  (["scenario", "requests/s", "its limit", "ratio", "target", "p50 ms", "p99 ms", "p99.9 ms",
    "CPU ms: service", "PostgreSQL", "in its limit", "memory MiB", "its peak"] | row),
  (["---", (range(12) | "---:")] | row),
  ($all[]
    | [.title, (.service, .limit | .rate | whole), (.ratio | digits(2)), (.target as $target | .ratio | met("≥"; $target)),
       (.service | .p50, .p99, .p999 | digits(2)), (.service.own, .service.database, .limit.database | digits(3)),
       (.service.memory, .peak | whole)] | row),
  "",
  (["what else there is to reach", "measured", "target"] | row), (["---", "---:", "---:"] | row),
  ([["page 10,000 ÷ page 1, p50", $all.deep.p50, 1.2],
    (("post", "page", "deep", "category") as $name | $runs[] | select(. != $this and .scenarios[$name] and $all[$name])
      | [., $this] | sort_by(.posts) as [$few, $many]
      | ["\($all[$name].title): of \($many.posts | whole) posts ÷ of \($few.posts | whole), p50",
         $many.scenarios[$name].service.p50 / $few.scenarios[$name].service.p50, 1.2]),
    ["one post while exports run ÷ alone, p99", $all["during-exports"].p99, 3],
    ["CPU of the service for one post, ms", $all.post.service.own, 0.2],
    ["CPU of the service for the query in GraphQL ÷ for the page", $all.graphql.own, 1.5],
    ["memory of the service at most, MiB", ([$all[].peak] | max), 256],
    ["growth of memory in an export of \($this.posts | whole) posts, MiB", $all.export.growth, 32],
    ["refused when overloaded, in a second", $all.overload.service.refused]
   ][] | select(.[1] != null) | [.[0], (.[1] | digits(2)), (.[2] as $target | .[1] | met("≤"; $target))] | row)
