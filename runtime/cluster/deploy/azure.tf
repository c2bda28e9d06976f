# What Courant needs of Azure: a container of a storage account, whose queues Courant makes
# itself, a pool of spot machines of Azure Batch, an identity for workers, and a job that
# looks after runs that nobody drives. Machines are paid while they compute.
#
#   az login && terraform init && terraform apply
#
# Written by courant deploy azure. Run `courant doctor` behind it.

terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.0"
    }
  }
}

provider "azurerm" {
  features {}
}

variable "name" {
  type        = string
  description = "of the resource group; begins the names of all that is in it"
}

variable "region" {
  type = string
}

variable "image" {
  type        = string
  description = "image of the workers and the function, that may be pulled without a login"
}

variable "bucket" {
  type        = string
  description = "name of the container, which is made"
}

variable "store" {
  type        = string
  description = "what courant invert gets as --store"
}

variable "minutes" {
  type        = number
  description = "from one call of the function to the next"
}

variable "drivers" {
  type        = set(string)
  default     = []
  description = "object IDs of those who drive runs"
}

variable "machine" {
  type        = string
  default     = "Standard_F16s_v2"
  description = "has AVX-512, which kernels of an image are for"
}

variable "most_machines" {
  type        = number
  default     = 16
  description = "at work at the same time, which bounds what an hour costs"
}

data "azurerm_client_config" "this" {}

resource "azurerm_resource_group" "this" {
  name     = var.name
  location = var.region
}

# The store. Names of accounts are the world's, and have no dashes.

resource "azurerm_storage_account" "this" {
  name                            = substr("${replace(var.name, "-", "")}${sha1(azurerm_resource_group.this.id)}", 0, 24)
  resource_group_name             = azurerm_resource_group.this.name
  location                        = azurerm_resource_group.this.location
  account_tier                    = "Standard"
  account_replication_type        = "LRS"
  min_tls_version                 = "TLS1_2"
  allow_nested_items_to_be_public = false
}

resource "azurerm_storage_container" "store" {
  name                  = var.bucket
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"
  lifecycle {
    prevent_destroy = true # with all that is in it
  }
}

# Who may use it

resource "azurerm_user_assigned_identity" "worker" {
  name                = "${var.name}-worker"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
}

locals {
  principals = setunion(var.drivers, [azurerm_user_assigned_identity.worker.principal_id])
}

resource "azurerm_role_assignment" "objects" {
  for_each             = local.principals
  scope                = azurerm_storage_container.store.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = each.value
}

resource "azurerm_role_assignment" "queues" {
  for_each             = local.principals
  scope                = azurerm_storage_account.this.id
  role_definition_name = "Storage Queue Data Contributor"
  principal_id         = each.value
}

resource "azurerm_role_assignment" "jobs" {
  for_each             = local.principals
  scope                = azurerm_batch_account.this.id
  role_definition_name = "Azure Batch Job Submitter"
  principal_id         = each.value
}

# Machines

resource "azurerm_batch_account" "this" {
  name                 = substr("${replace(var.name, "-", "")}${sha1(azurerm_resource_group.this.id)}", 0, 24)
  resource_group_name  = azurerm_resource_group.this.name
  location             = azurerm_resource_group.this.location
  pool_allocation_mode = "BatchService"
}

resource "azurerm_batch_pool" "spot" {
  name                = "${var.name}-spot"
  resource_group_name = azurerm_resource_group.this.name
  account_name        = azurerm_batch_account.this.name
  vm_size             = var.machine
  node_agent_sku_id   = "batch.node.ubuntu 22.04"
  max_tasks_per_node  = 1
  storage_image_reference {
    publisher = "microsoft-dsvm"
    offer     = "ubuntu-hpc"
    sku       = "2204"
    version   = "latest"
  }
  container_configuration {
    type                  = "DockerCompatible"
    container_image_names = [var.image]
  }
  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.worker.id]
  }
  auto_scale {
    evaluation_interval = "PT5M"
    formula             = <<-FORMULA
      waiting = max($PendingTasks.GetSample(1));
      $TargetDedicatedNodes = 0;
      $TargetLowPriorityNodes = min(${var.most_machines}, waiting);
      $NodeDeallocationOption = taskcompletion;
    FORMULA
  }
}

# The function

resource "azurerm_container_app_environment" "this" {
  name                = var.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
}

resource "azurerm_container_app_job" "function" {
  name                         = "${var.name}-function"
  resource_group_name          = azurerm_resource_group.this.name
  location                     = azurerm_resource_group.this.location
  container_app_environment_id = azurerm_container_app_environment.this.id
  replica_timeout_in_seconds   = 600
  replica_retry_limit          = 0
  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.worker.id]
  }
  schedule_trigger_config {
    cron_expression = "*/${var.minutes} * * * *"
  }
  template {
    container {
      name    = "courant"
      image   = var.image
      command = ["courant"]
      args    = ["function", "--all", var.store]
      cpu     = 1
      memory  = "2Gi"
      env {
        name  = "AZURE_STORAGE_ACCOUNT"
        value = azurerm_storage_account.this.name
      }
      env {
        name  = "AZURE_CLIENT_ID"
        value = azurerm_user_assigned_identity.worker.client_id
      }
    }
  }
}

output "flags" {
  description = "what courant invert gets, with AZURE_STORAGE_ACCOUNT as below"
  value       = "--store ${var.store} --queue azqueue://${azurerm_storage_account.this.name}/${var.name}"
}

output "account" {
  description = "AZURE_STORAGE_ACCOUNT"
  value       = azurerm_storage_account.this.name
}

output "batch" {
  description = "the Batch account, its pool, and the identity of the workers"
  value = {
    account  = azurerm_batch_account.this.account_endpoint
    pool     = azurerm_batch_pool.spot.name
    identity = azurerm_user_assigned_identity.worker.id
    tenant   = data.azurerm_client_config.this.tenant_id
  }
}
