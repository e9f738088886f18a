-- The same three requests in the words of each API. wrk -s requests.lua ADDRESS -- PEER SCENARIO TOKEN
local peer, scenario, token
function init(arguments)
  peer, scenario, token = arguments[1], arguments[2], arguments[3]
  math.randomseed(os.time())
end
local headers = { Accept = "application/json", ["Content-Type"] = "application/json" }
local content = "Post of word" .. (" lorem ipsum dolor"):rep(20)
function request()
  if scenario == "post" then
    local path = "/posts/" .. math.random(20000)
    return wrk.format("GET", peer == "spring-data-rest" and path .. "?projection=whole" or path, headers)
  elseif scenario == "page" then
    local query = peer == "spring-data-rest" and "?projection=whole&sort=id,desc&size=20" or "?limit=20"
    return wrk.format("GET", "/posts" .. query, headers)
  end
  local first, links, author = math.random(98), {}, ""
  for i = 1, 3 do
    links[i] = peer == "spring-data-rest" and ('"/categories/%d"'):format(first + i - 1) or ('{"id": %d}'):format(first + i - 1)
  end
  if peer == "spring-data-rest" then author = '"author": "/users/1", ' else headers.Authorization = "Bearer " .. token end
  return wrk.format("POST", "/posts", headers,
    ('{"title": "Title", "content": "%s", %s"categories": [%s]}'):format(content, author, table.concat(links, ", ")))
end
function done(summary)
  if summary.errors.status + summary.errors.timeout > 0 then io.write("REFUSED\n") end
end
