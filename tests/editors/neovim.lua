-- Run inside Neovim by neovim.sh: what a user of the configuration sees and does, step by step.

local project = assert(vim.env.DRIFT_TEST_PROJECT)
local patience = 60 * 1000

local function step(text)
  io.stdout:write('ok - ', text, '\n')
end

--- Waits until `get` gives something other than nil and false.
local function eventually(what, get)
  local result
  local done = vim.wait(patience, function()
    result = get()
    return result ~= nil and result ~= false
  end, 50)
  assert(done, what .. ' did not happen; diagnostics: ' .. vim.inspect(vim.diagnostic.get(0)))
  return result
end

local function diagnostic_with(code)
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    if diagnostic.code == code then
      return diagnostic
    end
  end
end

local function undeclared_table()
  return diagnostic_with('undeclared-table')
end

--- The zero-based line and column of the text in the buffer.
local function find(text)
  for index, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local column = line:find(text, 1, true)
    if column then
      return index - 1, column - 1
    end
  end
  error(text .. ' is not in the buffer')
end

local function test()
  vim.opt.runtimepath:append(vim.env.DRIFT_TEST_EDITORS .. '/neovim')
  vim.lsp.enable('drizzle_drift')
  vim.cmd.edit(project .. '/shared/schema.ts')
  assert(vim.bo.filetype == 'typescript', 'the file is not TypeScript but ' .. vim.bo.filetype)

  local client = eventually('the attachment of the server', function()
    return vim.lsp.get_clients({ bufnr = 0, name = 'drizzle_drift' })[1]
  end)
  assert(vim.fs.normalize(client.root_dir) == vim.fs.normalize(project), 'root is ' .. client.root_dir)
  step('the server is attached, its root is the folder of drizzle.config.ts')

  local diagnostic = eventually('the diagnostic', undeclared_table)
  assert(diagnostic.source == 'drizzle-drift', diagnostic.source)
  assert(diagnostic.message:find('conversations', 1, true), diagnostic.message)
  assert(diagnostic.lnum == find('drizzle-orm/sqlite-core'), 'it is on line ' .. diagnostic.lnum)
  step('the import of the core module shows: ' .. diagnostic.message)

  local status = eventually('the status', function()
    local status = vim.g.drizzle_drift_status
    return status and status.projects[1] and status.projects[1].state == 'live' and status
  end)
  assert(status.projects[1].drifts > 0)
  step('the status is live, drifts: ' .. status.projects[1].drifts)

  local line, column = find('sqliteTable("users"')
  local answers = vim.lsp.buf_request_sync(0, 'textDocument/hover', {
    textDocument = vim.lsp.util.make_text_document_params(),
    position = { line = line, character = column + #'sqliteTable("u' },
  }, patience)
  local hover = ''
  for _, answer in pairs(answers or {}) do
    assert(not answer.err, vim.inspect(answer.err))
    hover = table.concat(vim.lsp.util.convert_input_to_markdown_lines(answer.result.contents), '\n')
  end
  for _, side in ipairs({ 'code', 'database', 'users' }) do
    assert(hover:lower():find(side, 1, true), ('the hover lacks %q:\n%s'):format(side, hover))
  end
  step('hover on the table shows both sides')

  vim.api.nvim_win_set_cursor(0, { diagnostic.lnum + 1, diagnostic.col })
  vim.lsp.buf.code_action({
    apply = true,
    context = { only = { 'quickfix' }, diagnostics = { diagnostic.user_data.lsp } },
    filter = function(action)
      return action.kind == 'quickfix' and action.title:find('Declare table `conversations`', 1, true) ~= nil
    end,
  })
  eventually('the edit of quick-fix A', function()
    return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n'):find('sqliteTable("conversations"', 1, true)
  end)
  step('quick-fix A declares the table')
  eventually('the end of the diagnostic', function()
    return undeclared_table() == nil
  end)
  step('the diagnostic is gone')
  vim.cmd('silent write')
  vim.cmd('DrizzleDriftRefresh')
  vim.wait(500)
  assert(undeclared_table() == nil, 'the diagnostic is back after a refresh')
  step('and stays so after the database was read again')

  -- Someone changes the database elsewhere; nothing happens in the editor.
  local change = ([[
    const { DatabaseSync } = require("node:sqlite");
    new DatabaseSync(%q).exec("ALTER TABLE users ADD COLUMN locale text");
  ]]):format(project .. '/conversations.db')
  local changed = vim.system({ vim.env.DRIFT_TEST_NODE, '-e', change }):wait()
  assert(changed.code == 0, changed.stderr)
  eventually('the diagnostic of the new column', function()
    return diagnostic_with('undeclared-column')
  end)
  step('a column added elsewhere shows by itself')
end

local passed, problem = xpcall(test, debug.traceback)
if not passed then
  io.stderr:write('FAILED: ', problem, '\n')
  for _, client in ipairs(vim.lsp.get_clients()) do
    client:stop(true)
  end
  vim.cmd('cquit 1')
end
io.stdout:write(('passed in Neovim %s\n'):format(tostring(vim.version())))
vim.cmd('qall!')
