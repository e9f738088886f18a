-- The requests of src/bench/run: wrk --script requests.lua URL -- SCENARIO. What they are made of is in the environment.
local random = math.random
local posts = tonumber(os.getenv("POSTS"))
local cursor = os.getenv("CURSOR")
local content = os.getenv("CONTENT")
local me = { Authorization = "Bearer " .. os.getenv("TOKEN") }
local json = { Authorization = me.Authorization, ["Content-Type"] = "application/json" }
local tags = {}
local links = {}
local scenarios = {}

function scenarios.post()
  return wrk.format("GET", "/posts/" .. random(posts))
end

function scenarios.page()
  return wrk.format("GET", "/posts?limit=20")
end

local query = os.getenv("QUERY")
function scenarios.graphql()
  return wrk.format("POST", "/graphql", { ["Content-Type"] = "application/json" }, query)
end

local query_of_most_rows =
  '{"query": "{ categories(first: 24) { nodes { posts(first: 100) { nodes { title author { name } } } } } }"}'
function scenarios.expensive()
  return wrk.format("POST", "/graphql", { ["Content-Type"] = "application/json" }, query_of_most_rows)
end

function scenarios.deep()
  return wrk.format("GET", "/posts?limit=20&cursor=" .. cursor)
end

function scenarios.category()
  return wrk.format("GET", "/categories/" .. random(100) .. "/posts?limit=20")
end

function scenarios.self()
  return wrk.format("GET", "/authentication", me)
end

function scenarios.publish()
  local one = random(100)
  return wrk.format("POST", "/posts", json, string.format(
    '{"title": "Title %d", "content": "%s", "categories": [{"id": %d}, {"id": %d}, {"id": %d}]}',
    one, content, one, 1 + (one + 17) % 100, 1 + (one + 34) % 100))
end

-- A link is taken away a hundred requests later, when it was certainly made.
function scenarios.link()
  local old = #links > 100 and table.remove(links, 1)
  if old then
    return wrk.format("DELETE", old, me)
  end
  local new = "/posts/" .. random(posts) .. "/categories/" .. random(101, 200)
  links[#links + 1] = new
  return wrk.format("PUT", new, me)
end

function scenarios.unchanged()
  local one = tags[random(#tags)]
  return wrk.format("GET", one.path, { ["If-None-Match"] = one.tag })
end

scenarios["log-in"] = function()
  return wrk.format("POST", "/authentication/log-in", json, os.getenv("CREDENTIALS"))
end

function scenarios.mix()
  local which = random(10)
  return which == 1 and scenarios.publish() or which <= 4 and scenarios.page() or scenarios.post()
end

-- By clients who each rest between two requests.
local function overload(rest)
  served, refused, wrong = 0, 0, 0
  function delay()
    return random(0, 2 * rest)
  end
  function response(status, headers)
    if status == 200 then
      served = served + 1
    elseif status == 503 and (headers["Retry-After"] or headers["retry-after"]) then
      refused = refused + 1
    else
      wrong = wrong + 1
    end
  end
end

function init(arguments)
  math.randomseed(os.time())
  request = scenarios[arguments[1]]
  if arguments[1] == "unchanged" then
    for line in io.lines(os.getenv("TAGS")) do
      local path, tag = line:match("(%S+) (%S+)")
      tags[#tags + 1] = { path = path, tag = tag }
    end
  end
  if arguments[2] then
    overload(tonumber(arguments[2]))
  end
end

local thread -- there is one

function setup(it)
  thread = it
end

function done(summary, latency)
  local errors = summary.errors
  local served = thread:get("served") or summary.requests
  print(string.format(
    '{"requests": %d, "rate": %.1f, "p50": %.3f, "p99": %.3f, "p999": %.3f, "refused": %.1f, "wrong": %d}',
    served, served / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency:percentile(99.9) / 1000,
    (thread:get("refused") or 0) / summary.duration * 1e6,
    errors.connect + errors.read + errors.write + errors.timeout + (thread:get("wrong") or errors.status)))
end
