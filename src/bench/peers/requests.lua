-- The same requests in the words of each API. wrk -s requests.lua ADDRESS -- PEER SCENARIO TOKEN QUERY
local peer, scenario, token, query
function init(arguments)
  peer, scenario, token, query = arguments[1], arguments[2], arguments[3], arguments[4]
  math.randomseed(os.time())
end
local headers = { Accept = "application/json", ["Content-Type"] = "application/json" }
local content = "Post of word" .. (" lorem ipsum dolor"):rep(20)
local fields = "?fields=id,title,content,created_at,author_id.id,author_id.name,categories.category_id.id,categories.category_id.name"
function request()
  if peer == "directus" then return directus() end
  if scenario == "post" then
    local path = "/posts/" .. math.random(20000)
    return wrk.format("GET", peer == "spring-data-rest" and path .. "?projection=whole" or path, headers)
  elseif scenario == "page" then
    local parameters = peer == "spring-data-rest" and "?projection=whole&sort=id,desc&size=20" or "?limit=20"
    return wrk.format("GET", "/posts" .. parameters, headers)
  elseif scenario == "graphql" then
    return wrk.format("POST", "/graphql", headers, query)
  end
  local first, links, author = math.random(98), {}, ""
  for i = 1, 3 do
    links[i] = peer == "spring-data-rest" and ('"/categories/%d"'):format(first + i - 1) or ('{"id": %d}'):format(first + i - 1)
  end
  if peer == "spring-data-rest" then author = '"author": "/users/1", ' else headers.Authorization = "Bearer " .. token end
  return wrk.format("POST", "/posts", headers,
    ('{"title": "Title", "content": "%s", %s"categories": [%s]}'):format(content, author, table.concat(links, ", ")))
end
function directus()
  headers.Authorization = "Bearer " .. token
  if scenario == "post" then
    return wrk.format("GET", "/items/posts/" .. math.random(20000) .. fields, headers)
  elseif scenario == "page" then
    return wrk.format("GET", "/items/posts" .. fields .. "&sort=-id&limit=20", headers)
  end
  local first, links = math.random(98), {}
  for i = 1, 3 do links[i] = ('{"category_id": %d}'):format(first + i - 1) end
  return wrk.format("POST", "/items/posts", headers,
    ('{"title": "Title", "content": "%s", "author_id": 1, "categories": [%s]}'):format(content, table.concat(links, ", ")))
end
function done(summary)
  if summary.errors.status + summary.errors.timeout > 0 then io.write("REFUSED\n") end
end
