---@brief
--- drizzle-drift shows where a Drizzle ORM schema and the live database disagree.
--- For `vim.lsp.enable('drizzle_drift')`, Neovim 0.11 or later. See README.md beside this folder.

--- Is this file name a drizzle config's?
local function is_config(name)
  return name:match('^drizzle%.config%.[cm]?[jt]s$') ~= nil or name == 'drizzle.config.json'
end

--- Does a drizzle config lie in or below this folder? Not deep, since a whole home folder may be asked about.
local function has_config_below(folder)
  local skipped = { node_modules = true, dist = true, build = true }
  local function skip(path)
    local name = vim.fs.basename(path)
    return skipped[name] or vim.startswith(name, '.')
  end
  for name, kind in vim.fs.dir(folder, { depth = 4, skip = function(path) return not skip(path) end }) do
    if kind == 'file' and is_config(vim.fs.basename(name)) then
      return true
    end
  end
  return false
end

--- What the status of each project was, so that a message appears only when it changes.
local last_state = {}

---@type vim.lsp.Config
return {
  cmd = { 'drizzle-drift', 'lsp' },
  filetypes = { 'typescript', 'typescriptreact', 'javascript' },

  -- The nearest folder with a drizzle config; else the repository or package around the file, if a config lies below
  -- it (a schema in a package of its own). Without one this is no Drizzle project and nothing is started.
  root_dir = function(bufnr, on_dir)
    local root = vim.fs.root(bufnr, is_config)
    if root then
      return on_dir(root)
    end
    for _, marker in ipairs({ '.git', 'package.json' }) do
      root = vim.fs.root(bufnr, marker)
      if root and has_config_below(root) then
        return on_dir(root)
      end
    end
  end,

  init_options = {
    -- Neovim has no trusted workspaces: to open a file with the server enabled is to trust its project.
    trusted = true,
    pollIntervalSeconds = 5,
  },

  handlers = {
    -- For statuslines: vim.g.drizzle_drift_status is the last status, as the server sent it.
    ['drizzle-drift/status'] = function(_, status)
      vim.g.drizzle_drift_status = status
      for _, project in ipairs(status.projects) do
        local changed = last_state[project.config] ~= project.state
        last_state[project.config] = project.state
        if changed and (project.state == 'failed' or project.state == 'stale') then
          vim.notify('drizzle-drift: ' .. project.message, vim.log.levels.WARN)
        end
      end
    end,
  },

  on_attach = function(client, bufnr)
    vim.api.nvim_buf_create_user_command(bufnr, 'DrizzleDriftRefresh', function()
      client:exec_cmd({ title = 'Read the database again', command = 'drizzle-drift.refresh' }, { bufnr = bufnr })
    end, { desc = 'drizzle-drift: read the database again' })
    vim.api.nvim_create_autocmd('FocusGained', {
      buffer = bufnr,
      callback = function()
        client:notify('drizzle-drift/focus')
      end,
    })
    -- What push would do, above the first line. Neovim 0.12 asks for it by itself once told to; before, it has to be asked.
    if vim.lsp.codelens.enable then
      vim.lsp.codelens.enable(true, { bufnr = bufnr })
    else
      local function ask()
        vim.lsp.codelens.refresh({ bufnr = bufnr })
      end
      vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'BufWritePost', 'DiagnosticChanged' }, {
        buffer = bufnr,
        callback = ask,
      })
      ask()
    end
  end,
}
