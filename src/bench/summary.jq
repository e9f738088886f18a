# Of all turns of src/bench/run, the medians over the rounds. A ratio is that of two turns of one round.
def median: sort | if length == 0 then null else (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2 end;
def medians: . as $turns | reduce (.[0] // {} | keys_unsorted[]) as $key ({}; .[$key] = ([$turns[][$key] | numbers] | median));
def ratio($key; $these; $those):
  [range($these | length) | select($those[.][$key]) | $these[.][$key] / $those[.][$key]] | median;

. as $turns
| def side($scenario; $side): [$turns[] | select(.scenario == $scenario and .side == $side)];
$run + {machine: $machine, load: $load, scenarios: ({
    post: ["one post with author and categories", 0.75],
    page: ["a page of 20 posts with both, the same for all", 0.75],
    graphql: ["a query of 20 posts with both in GraphQL", 0.6],
    deep: ["page 10,000 of them, or the last"],
    category: ["a category's posts, 20"],
    self: ["GET /authentication"],
    unchanged: ["one post that has not changed: 304"],
    publish: ["posting with 3 categories", 0.6],
    link: ["linking one category, and unlinking it"],
    mix: ["90 % reads, 10 % writes"],
    "log-in": ["log-in"],
    export: ["NDJSON export, in rows"],
    "during-exports": ["one post while 16 clients export; limit: alone"],
    "during-queries": ["one post while the largest queries in GraphQL are asked; limit: alone", 0.8],
    overload: ["a category's posts, 4 times as often as can be; limit: its best", 0.8]
  } | with_entries(
    side(.key; "service") as $service | side(.key; "limit") as $limit | side(.key; "beside") as $beside
    | select($service != [])
    | .value = {
        title: .value[0], target: .value[1], service: ($service | medians), limit: ($limit | medians),
        ratio: ratio("rate"; $service; $limit), p99: ratio("p99"; $service; $limit), p50: ratio("p50"; $service; $beside),
        own: ratio("own"; $service; $beside),
        peak: ([$service[], $limit[] | .peak] | max), growth: ([$service[].growth] | max)}))}
